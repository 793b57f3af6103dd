//! A component of OASIS as a Python class; the package `halocline.oasis` is its face.

use crate::{
    errors, oasis_array::place, released::released, session::out_of_reach,
    thread_bound::ThreadBound,
};
use halocline_coupler::{Code, Direction, Error, logging};
use halocline_oasis::{
    Array, Component, Part, Place, PointsFrom, Quantity, Values, info, null_communicator,
    undefined_color,
};
use numpy::PyReadonlyArray1;
use pyo3::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether this process is a component: it is one at most.
static IS_COMPONENT: AtomicBool = AtomicBool::new(false);

/// This process as a component. Axes are (i, j, level), dates are seconds since the start of the run.
#[pyclass(frozen, module = "halocline._mpi")]
pub(crate) struct OasisComponent {
    /// `None` after terminate.
    state: ThreadBound<Option<Component>>,
}

fn refused(code: Code, found: impl Into<String>, expected: &str, change: &str) -> Error {
    Error::new(code, found, expected, change)
}

/// Rank in a communicator and its number of ranks, from its Fortran handle.
#[pyfunction]
pub(crate) fn rank_and_size(py: Python<'_>, communicator: i32) -> PyResult<(usize, usize)> {
    halocline_exchanges_mpi::rank_and_size(communicator)
        .map_err(|error| errors::exception(py, &error.into()))
}

impl OasisComponent {
    /// Reach the component from its own thread before it ends.
    fn with<T>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mut Component) -> Result<T, Error>,
    ) -> PyResult<T> {
        let outcome = match self.state.reach() {
            Ok(mut state) => state.as_mut().ok_or_else(after_end).and_then(work),
            Err(reason) => Err(out_of_reach(reason)),
        };
        outcome.map_err(|error| errors::exception(py, &error))
    }
}

fn after_end() -> Error {
    refused(
        Code::Order,
        "a call after the end of the coupling",
        "the component object as long as it is coupled",
        "keep the component, and move the call before its end",
    )
}

fn quantity(name: &str) -> Result<Quantity, Error> {
    match name {
        "lon" => Ok(Quantity::Longitude),
        "lat" => Ok(Quantity::Latitude),
        "clo" => Ok(Quantity::CornerLongitude),
        "cla" => Ok(Quantity::CornerLatitude),
        "ang" => Ok(Quantity::Angle),
        "msk" => Ok(Quantity::Mask),
        "frc" => Ok(Quantity::Fraction),
        "srf" => Ok(Quantity::Area),
        _ => Err(refused(
            Code::Name,
            format!("the quantity '{name}'"),
            "lon, lat, clo, cla, ang, msk, frc or srf",
            "",
        )),
    }
}

#[pymethods]
impl OasisComponent {
    /// Join. Collective over the ranks of `world`, a Fortran handle; None takes MPI_COMM_WORLD.
    #[new]
    #[pyo3(signature = (name, coupled, world=None))]
    fn new(py: Python<'_>, name: &str, coupled: bool, world: Option<i32>) -> PyResult<Self> {
        logging::start();
        if IS_COMPONENT.swap(true, Ordering::AcqRel) {
            let error = refused(
                Code::Order,
                "a second component in this process",
                "one component a process",
                "keep and use the first",
            );
            return Err(errors::exception(py, &error));
        }
        let part = if coupled {
            Part::Coupled
        } else {
            Part::Outside
        };
        let component = Component::join(name, part, world);
        let component = component.inspect_err(|_| IS_COMPONENT.store(false, Ordering::Release));
        let component = component.map_err(|error| errors::exception(py, &error))?;
        Ok(Self {
            state: ThreadBound::new(Some(component)),
        })
    }

    #[getter]
    fn name(&self, py: Python<'_>) -> PyResult<String> {
        self.with(py, |component| Ok(component.name().to_owned()))
    }

    #[getter]
    fn number(&self, py: Python<'_>) -> PyResult<usize> {
        self.with(py, |component| Ok(component.number()))
    }

    #[getter]
    fn local_communicator(&self, py: Python<'_>) -> PyResult<i32> {
        self.with(py, |component| Ok(component.local_communicator()))
    }

    /// Fortran handle; None on a process that takes no part in the coupling.
    #[getter]
    fn coupling_communicator(&self, py: Python<'_>) -> PyResult<Option<i32>> {
        self.with(py, |component| {
            let handle = component.coupling_communicator();
            Ok((handle != null_communicator()).then_some(handle))
        })
    }

    fn create_coupling_communicator(&self, py: Python<'_>, coupled: bool) -> PyResult<()> {
        self.with(py, |component| {
            let color = if coupled { 1 } else { undefined_color() };
            let local = component.local_communicator();
            component.create_coupling_communicator(color, local)?;
            Ok(())
        })
    }

    #[pyo3(signature = (communicator))]
    fn set_coupling_communicator(&self, py: Python<'_>, communicator: Option<i32>) -> PyResult<()> {
        let handle = communicator.unwrap_or_else(null_communicator);
        self.with(py, |component| component.set_coupling_communicator(handle))
    }

    fn intracommunicator(&self, py: Python<'_>, other: &str) -> PyResult<i32> {
        self.with(py, |component| component.intracommunicator(other))
    }

    fn intercommunicator(&self, py: Python<'_>, other: &str) -> PyResult<i32> {
        self.with(py, |component| component.intercommunicator(other))
    }

    #[allow(clippy::needless_pass_by_value, reason = "made from a Python list")]
    fn multi_intracommunicator(
        &self,
        py: Python<'_>,
        names: Vec<String>,
    ) -> PyResult<(i32, Vec<i32>)> {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        self.with(py, |component| component.multi_intracommunicator(&names))
    }

    /// Number of the partition and number of own cells; points count from 0.
    #[allow(clippy::needless_pass_by_value, reason = "made from a Python list")]
    fn define_partition(
        &self,
        py: Python<'_>,
        numbers: Vec<i64>,
        global_size: i64,
        name: &str,
    ) -> PyResult<(i32, usize)> {
        self.with(py, |component| {
            let number =
                component.define_partition(&numbers, PointsFrom::Zero, Some(global_size), name)?;
            Ok((number, component.cells_of_partition(number)?))
        })
    }

    /// Number of the variable, -1 where the experiment does not mention it.
    fn define_variable(
        &self,
        py: Python<'_>,
        name: &str,
        partition: i32,
        levels: i64,
        inout: i32,
    ) -> PyResult<i32> {
        let direction = if inout == info::OUT {
            Direction::Send
        } else {
            Direction::Receive
        };
        self.with(py, |component| {
            component.define_variable(name, partition, levels, direction)
        })
    }

    /// End the definition phase. Collective over all processes of all coupled components.
    fn end_definition(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, |component| released(py, || component.end_definition()))
    }

    /// Put a variable; returns the code of what that did.
    fn put(
        &self,
        py: Python<'_>,
        number: i32,
        array: &Bound<'_, PyAny>,
        date: i64,
        write_restart: bool,
    ) -> PyResult<i32> {
        self.with(py, |component| {
            let placed = place(array, component.levels(number)?)
                .map_err(|error| about(component, number, error))?;
            // SAFETY: the caller holds a reference to `array` until the call returns; like any function that reads an
            // array while the GIL is released, this relies on other threads not writing to it meanwhile.
            let view = unsafe { placed.view() };
            released(py, || component.put(number, view, date, write_restart))
        })
    }

    /// Get a variable into `array`; returns the code of what that did.
    fn get(
        &self,
        py: Python<'_>,
        number: i32,
        array: &Bound<'_, PyAny>,
        date: i64,
    ) -> PyResult<i32> {
        self.with(py, |component| {
            let placed = place(array, component.levels(number)?)
                .and_then(|placed| {
                    if placed.is_writable() {
                        return Ok(placed);
                    }
                    Err(refused(
                        Code::Shape,
                        "an array that is read-only",
                        "a writable array to receive into",
                        "pass an array made with numpy.empty",
                    ))
                })
                .map_err(|error| about(component, number, error))?;
            // SAFETY: the caller holds a reference to `array` until the call returns, it is writable; that no other
            // thread uses it meanwhile is the caller's part, as with `numpy.copyto`.
            let view = unsafe { placed.view_mut() };
            released(py, || component.get(number, view, date))
        })
    }

    fn inquire_put(&self, py: Python<'_>, number: i32, date: i64) -> PyResult<i32> {
        self.with(py, |component| component.inquire_put(number, date))
    }

    /// Coupling periods [s].
    fn periods(&self, py: Python<'_>, number: i32) -> PyResult<Vec<i64>> {
        self.with(py, |component| component.periods(number))
    }

    /// Add an array of a grid: own cells of the partition, corners one after the other; all cells without partition.
    #[allow(clippy::too_many_arguments, reason = "those of a grid's array")]
    fn write_real(
        &self,
        py: Python<'_>,
        grid: &str,
        name: &str,
        size: (usize, usize),
        corners: usize,
        values: PyReadonlyArray1<'_, f64>,
        partition: Option<i32>,
    ) -> PyResult<()> {
        let values = Values::Real(values.as_array().to_vec());
        self.write(py, grid, name, size, corners, values, partition)
    }

    /// Add the mask of a grid, as [`OasisComponent::write_real`].
    fn write_mask(
        &self,
        py: Python<'_>,
        grid: &str,
        size: (usize, usize),
        values: PyReadonlyArray1<'_, i32>,
        partition: Option<i32>,
    ) -> PyResult<()> {
        let values = Values::Whole(values.as_array().to_vec());
        self.write(py, grid, "msk", size, 1, values, partition)
    }

    fn end_grids(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, |component| released(py, || component.end_grids()))
    }

    #[getter]
    fn debug_level(&self, py: Python<'_>) -> PyResult<i32> {
        self.with(py, |component| Ok(component.debug_level()))
    }

    fn set_debug_level(&self, py: Python<'_>, level: i32) -> PyResult<()> {
        self.with(py, |component| {
            component.set_debug_level(level);
            Ok(())
        })
    }

    /// Leave in order. Collective over all processes.
    fn terminate(&self, py: Python<'_>) -> PyResult<()> {
        let mut state = self
            .state
            .reach()
            .map_err(|reason| errors::exception(py, &out_of_reach(reason)))?;
        let Some(component) = state.take() else {
            return Ok(());
        };
        let mut outcome = Ok(());
        released(py, || outcome = component.terminate());
        let outcome = outcome.map_err(|(component, error)| {
            *state = component.map(|component| *component);
            errors::exception(py, &error)
        });
        IS_COMPONENT.store(state.is_some(), Ordering::Release);
        outcome
    }

    /// End the whole job because MPI ends before [`Self::terminate`]. Returns outside of the coupling, where nobody waits.
    fn abandon(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, |component| {
            released(py, || component.abandon());
            Ok(())
        })
    }

    /// End the whole job with status 1. Does not return.
    fn abort(&self, py: Python<'_>, message: &str) -> PyResult<()> {
        let error = refused(Code::Worker, message, "", "");
        self.with(py, |component| released(py, || component.abort(&error)))
    }
}

impl OasisComponent {
    #[allow(clippy::too_many_arguments, reason = "those of a grid's array")]
    fn write(
        &self,
        py: Python<'_>,
        grid: &str,
        name: &str,
        (nx, ny): (usize, usize),
        corners: usize,
        values: Values,
        partition: Option<i32>,
    ) -> PyResult<()> {
        self.with(py, |component| {
            let array = Array {
                grid: grid.to_owned(),
                quantity: quantity(name)?,
                size: [nx, ny],
                corners,
                values,
            };
            let place = partition.map_or(Place::Whole, Place::Partition);
            released(py, || component.write_array(array, place))
        })
    }
}

fn about(component: &Component, number: i32, error: Error) -> Error {
    match component.variable_name(number) {
        Ok(name) => error.about(name),
        Err(_) => error,
    }
}
