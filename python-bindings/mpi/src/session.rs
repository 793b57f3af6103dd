//! The session as a Python class: translates arguments, releases the GIL while waiting, keeps count of what is lent.

use crate::{
    errors,
    field_array::{readable, writable},
    lease::{Lease, Memory},
    released::{SameThread, released},
    thread_bound::{OutOfReach, ThreadBound},
};
use halocline_coupler::{Block, Code, Error, Received, Sent, Session as Core, block::Role, start};
use halocline_exchanges::partition::{OwnedCells, Partition};
use halocline_exchanges_mpi::MpiWorld;
use pyo3::prelude::*;
use std::{path::PathBuf, sync::Arc};

/// A block in Python's hands.
struct Loan {
    field: String,
    memory: Arc<Memory>,
}

/// A date [s], the inputs that arrive then, and the outputs to send.
type Due = (i64, Vec<String>, Vec<String>);

struct State {
    core: Core,
    loans: Vec<Loan>,
}

/// One rank's part in the coupling. Axes are (level, j, i), dates are seconds since the start of the run.
#[pyclass(frozen, module = "halocline._mpi")]
pub(crate) struct Session {
    state: ThreadBound<State>,
}

impl State {
    /// Hand a block to Python and keep count of it.
    fn lease(&mut self, field: &str, block: Block) -> Lease {
        let memory = Arc::new(Memory::new(block));
        self.loans.push(Loan {
            field: field.to_owned(),
            memory: Arc::clone(&memory),
        });
        Lease::new(memory)
    }
}

impl Session {
    /// Reach the session from its own thread while it is open.
    fn with<T>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mut State) -> Result<T, Error>,
    ) -> PyResult<T> {
        let outcome = match self.state.reach() {
            Ok(state) if state.core.is_finished() => Err(after_finish(&state.core)),
            Ok(mut state) => work(&mut state),
            Err(reason) => Err(out_of_reach(reason)),
        };
        outcome.map_err(|error| errors::exception(py, &error))
    }

    /// Read something of the session, finished or not.
    fn read<T>(&self, py: Python<'_>, work: impl FnOnce(&State) -> T) -> PyResult<T> {
        self.state
            .reach()
            .map(|state| work(&state))
            .map_err(|reason| errors::exception(py, &out_of_reach(reason)))
    }

    fn define(
        &self,
        py: Python<'_>,
        grid: &str,
        partition: Result<Partition, Error>,
    ) -> PyResult<()> {
        self.with(py, |state| {
            let partition = partition.map_err(|error| here(&state.core, error))?;
            state.core.define_domain(grid, &partition)
        })
    }
}

/// The axes (i, j, level) in Python's order.
fn level_first([ni, nj, levels]: [usize; 3]) -> [usize; 3] {
    [levels, nj, ni]
}

fn here(core: &Core, error: Error) -> Error {
    error.at(core.component(), core.rank())
}

fn after_finish(core: &Core) -> Error {
    here(
        core,
        Error::new(
            Code::Order,
            "a call after finish",
            "finish comes last",
            "move the call before finish",
        ),
    )
}

pub(crate) fn out_of_reach(reason: OutOfReach) -> Error {
    match reason {
        OutOfReach::ForeignThread => Error::new(
            Code::Order,
            "the session is used from another thread",
            "all calls from the thread that began it: MPI is started for one thread",
            "hand the arrays to that thread, and call the session there",
        ),
        OutOfReach::Busy => Error::new(
            Code::Order,
            "a call while another call of the same session is under way",
            "one call at a time",
            "wait for the first call to return",
        ),
    }
}

/// A count or index that must not be negative.
fn unsigned(name: &str, value: i64) -> Result<usize, Error> {
    usize::try_from(value).map_err(|_| {
        Error::new(
            Code::Partition,
            format!("{name} = {value}"),
            "0 or more: cells are counted from 0 in Python",
            "correct the numbers passed to define",
        )
    })
}

fn segments(pairs: &[(i64, i64)]) -> Result<Vec<(usize, usize)>, Error> {
    pairs
        .iter()
        .map(|(offset, cells)| Ok((unsigned("offset", *offset)?, unsigned("cells", *cells)?)))
        .collect()
}

#[pymethods]
impl Session {
    /// Begin. Collective over all ranks of the job; `comm` is a Fortran handle, None takes MPI_COMM_WORLD.
    #[new]
    #[pyo3(signature = (component, experiment=None, comm=None))]
    fn new(
        py: Python<'_>,
        component: &str,
        experiment: Option<PathBuf>,
        comm: Option<i32>,
    ) -> PyResult<Self> {
        halocline_coupler::logging::start();
        let core = released(py, || {
            let world = start::world(|patience| MpiWorld::start(comm, patience))?;
            Ok(SameThread(Core::begin(
                world,
                component,
                experiment.as_deref(),
            )?))
        });
        let SameThread(core) = core.map_err(|error: Error| errors::exception(py, &error))?;
        Ok(Self {
            state: ThreadBound::new(State {
                core,
                loans: Vec::new(),
            }),
        })
    }

    #[getter]
    fn component(&self, py: Python<'_>) -> PyResult<String> {
        self.read(py, |state| state.core.component().to_owned())
    }

    #[getter]
    fn rank(&self, py: Python<'_>) -> PyResult<usize> {
        self.read(py, |state| state.core.rank())
    }

    #[getter]
    fn size(&self, py: Python<'_>) -> PyResult<usize> {
        self.read(py, |state| state.core.size())
    }

    #[getter]
    fn finished(&self, py: Python<'_>) -> PyResult<bool> {
        self.read(py, |state| state.core.is_finished())
    }

    /// Length of the run [s].
    #[getter]
    fn length_seconds(&self, py: Python<'_>) -> PyResult<i64> {
        self.read(py, |state| state.core.length_seconds())
    }

    /// Fortran handle of the communicator of this component's ranks.
    #[getter]
    fn local_communicator(&self, py: Python<'_>) -> PyResult<i32> {
        self.read(py, |state| state.core.local_communicator())
    }

    /// Folder of the experiment file.
    #[getter]
    fn folder(&self, py: Python<'_>) -> PyResult<PathBuf> {
        self.read(py, |state| state.core.folder().to_owned())
    }

    /// The experiment as JSON.
    fn experiment_json(&self, py: Python<'_>) -> PyResult<String> {
        self.with(py, |state| {
            serde_json::to_string(state.core.spec()).map_err(|error| {
                Error::new(
                    Code::Internal,
                    format!("the experiment cannot be written as JSON: {error}"),
                    "",
                    "",
                )
            })
        })
    }

    fn define_serial(&self, py: Python<'_>, grid: &str) -> PyResult<()> {
        self.define(py, grid, Ok(Partition::Serial))
    }

    fn define_empty(&self, py: Python<'_>, grid: &str) -> PyResult<()> {
        self.define(py, grid, Ok(Partition::Empty))
    }

    /// Own the box that Halocline chooses for a worker's rank.
    fn define_worker_box(&self, py: Python<'_>, grid: &str) -> PyResult<()> {
        self.with(py, |state| state.core.define_worker_box(grid))
    }

    fn define_box(
        &self,
        py: Python<'_>,
        grid: &str,
        i_first: i64,
        j_first: i64,
        ni: i64,
        nj: i64,
    ) -> PyResult<()> {
        let partition = || {
            let (i, j) = (unsigned("i_first", i_first)?, unsigned("j_first", j_first)?);
            Ok(Partition::Box {
                i,
                j,
                ni: unsigned("ni", ni)?,
                nj: unsigned("nj", nj)?,
            })
        };
        self.define(py, grid, partition())
    }

    fn define_apple(&self, py: Python<'_>, grid: &str, offset: i64, cells: i64) -> PyResult<()> {
        let partition = || {
            Ok(Partition::Apple {
                offset: unsigned("offset", offset)?,
                cells: unsigned("cells", cells)?,
            })
        };
        self.define(py, grid, partition())
    }

    #[allow(clippy::needless_pass_by_value, reason = "made from a Python list")]
    fn define_orange(&self, py: Python<'_>, grid: &str, pieces: Vec<(i64, i64)>) -> PyResult<()> {
        self.define(py, grid, segments(&pieces).map(Partition::Orange))
    }

    #[allow(clippy::needless_pass_by_value, reason = "made from a Python list")]
    fn define_points(&self, py: Python<'_>, grid: &str, cells: Vec<i64>) -> PyResult<()> {
        let cells = cells
            .iter()
            .map(|cell| Ok(unsigned("cell", *cell)? as u64))
            .collect::<Result<_, Error>>();
        self.define(py, grid, cells.map(Partition::Points))
    }

    #[allow(clippy::too_many_arguments, reason = "those of a cube")]
    fn define_cube(
        &self,
        py: Python<'_>,
        grid: &str,
        i_first: i64,
        j_first: i64,
        level_first: i64,
        ni: i64,
        nj: i64,
        levels: i64,
    ) -> PyResult<()> {
        let partition = || {
            Ok(Partition::Cube {
                i: unsigned("i_first", i_first)?,
                j: unsigned("j_first", j_first)?,
                level: unsigned("level_first", level_first)?,
                ni: unsigned("ni", ni)?,
                nj: unsigned("nj", nj)?,
                levels: unsigned("levels", levels)?,
            })
        };
        self.define(py, grid, partition())
    }

    /// End the definition phase. Collective over all ranks of the job.
    fn end_definition(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, |state| released(py, || state.core.end_definition()))
    }

    /// This rank's own cells of a grid as a box (i, j, ni, nj), if they are one.
    fn own_box(
        &self,
        py: Python<'_>,
        grid: &str,
    ) -> PyResult<Option<(usize, usize, usize, usize)>> {
        self.read(py, |state| {
            let rectangle = state.core.domain(grid).and_then(OwnedCells::rectangle)?;
            Some((rectangle.i, rectangle.j, rectangle.ni, rectangle.nj))
        })
    }

    /// Fields that this component receives.
    fn received_fields(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        self.read(py, |state| {
            state.core.received_fields().map(str::to_owned).collect()
        })
    }

    /// Fields that this component sends.
    fn sent_fields(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        self.read(py, |state| {
            state
                .core
                .sent_fields()
                .into_iter()
                .map(str::to_owned)
                .collect()
        })
    }

    /// Own cells (level, j, i) of a sent field; None for one that this component does not send.
    fn sent_shape(&self, py: Python<'_>, field: &str) -> PyResult<Option<[usize; 3]>> {
        self.read(py, |state| {
            let shape = state.core.sent_shape(field)?;
            Some(level_first(shape))
        })
    }

    /// Own cells (level, j, i) and halo width of a received field; None for one that this component does not receive.
    fn received_shape(&self, py: Python<'_>, field: &str) -> PyResult<Option<([usize; 3], usize)>> {
        self.read(py, |state| {
            let (shape, halo) = state.core.received_shape(field)?;
            Some((level_first(shape), halo))
        })
    }

    /// Send a field; returns whether anything was due at this date.
    fn send(
        &self,
        py: Python<'_>,
        field: &str,
        array: &Bound<'_, PyAny>,
        seconds: i64,
    ) -> PyResult<bool> {
        self.with(py, |state| {
            let (array, placed) = readable(&state.core, field, array)?;
            // SAFETY: `array` is held until the call returns; like any function that reads an array while the GIL is
            // released, this relies on other threads not writing to it meanwhile.
            let view = unsafe { placed.view() };
            let sent = released(py, || state.core.send(field, view, seconds))?;
            drop(array);
            Ok(sent != Sent::NotDue)
        })
    }

    /// Receive a field into `array`; returns whether anything was due at this date.
    fn receive(
        &self,
        py: Python<'_>,
        field: &str,
        array: &Bound<'_, PyAny>,
        seconds: i64,
    ) -> PyResult<bool> {
        self.with(py, |state| {
            let placed = writable(&state.core, field, array)?;
            // SAFETY: the caller holds a reference to `array` until the call returns, it is writable; that no other
            // thread uses it meanwhile is the caller's part, as with `numpy.copyto`.
            let view = unsafe { placed.view_mut() };
            let received = released(py, || state.core.receive(field, view, seconds))?;
            Ok(received != Received::NotDue)
        })
    }

    /// Write 1 into `array` where some rank sends a value of a received field, 0 where it gets the fill value.
    fn mask(&self, py: Python<'_>, field: &str, array: &Bound<'_, PyAny>) -> PyResult<()> {
        self.with(py, |state| {
            let placed = writable(&state.core, field, array)?;
            // SAFETY: as in `receive`.
            let view = unsafe { placed.view_mut() };
            state.core.mask(field, view)
        })
    }

    /// Lend the block of a field; None where nothing is due and nothing is held.
    fn lend(&self, py: Python<'_>, field: &str, seconds: i64) -> PyResult<Option<Lease>> {
        self.with(py, |state| {
            let Some(block) = released(py, || state.core.lend(field, seconds))? else {
                return Ok(None);
            };
            Ok(Some(state.lease(field, block)))
        })
    }

    /// Lend an array of own cells to write a field into; None where nothing is due.
    fn lend_output(&self, py: Python<'_>, field: &str, seconds: i64) -> PyResult<Option<Lease>> {
        self.with(py, |state| {
            let block = released(py, || state.core.lend_output(field, seconds))?;
            Ok(block.map(|block| state.lease(field, block)))
        })
    }

    /// Send an output that was lent for this date; returns whether anything was due.
    fn send_output(&self, py: Python<'_>, field: &str, seconds: i64) -> PyResult<bool> {
        self.with(py, |state| {
            let is_output =
                |loan: &&Loan| loan.memory.role() == Role::Output && loan.field == field;
            let lent = state.loans.iter().rev().find(is_output);
            let memory = lent.map(|loan| Arc::clone(&loan.memory)).ok_or_else(|| {
                let error = Error::new(
                    Code::Order,
                    "send_output of a field whose output was not lent",
                    "lend_output before it, for the same date",
                    "ask for the output first, or use send",
                );
                here(&state.core, error.about(field))
            })?;
            let sent = if memory.is_shared() {
                released(py, || state.core.send_in_place(field, seconds))?
            } else {
                // SAFETY: like any function that reads an array while the GIL is released, this relies on other threads
                // not writing to it meanwhile.
                let view = unsafe { memory.view() };
                released(py, || state.core.send(field, view, seconds))?
            };
            Ok(sent != Sent::NotDue)
        })
    }

    /// Take back every block that nobody views any more; returns the fields of the others with the number of views.
    fn take_back(&self, py: Python<'_>) -> PyResult<Vec<(String, usize)>> {
        self.with(py, |state| {
            let mut viewed = Vec::new();
            for Loan { field, memory } in std::mem::take(&mut state.loans) {
                match Arc::try_unwrap(memory) {
                    Ok(memory) => state.core.give_back(memory.into_block()),
                    Err(memory) => viewed.push(Loan { field, memory }),
                }
            }
            state.loans = viewed;
            Ok(state
                .loans
                .iter()
                .map(|loan| (loan.field.clone(), Arc::strong_count(&loan.memory) - 1))
                .collect())
        })
    }

    /// Leave blocks that are still viewed to their views: the session gets fresh memory for the next date.
    fn leave_to_views(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, |state| {
            state.loans.clear();
            Ok(())
        })
    }

    /// The next date at which something is due: (seconds, inputs, outputs); None at the end of the run.
    fn next_step(&self, py: Python<'_>) -> PyResult<Option<Due>> {
        self.with(py, |state| {
            Ok(state
                .core
                .next_step()
                .map(|step| (step.date, step.inputs, step.outputs)))
        })
    }

    /// Leave in order. Collective over all ranks of the job.
    fn finish(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, |state| released(py, || state.core.finish()))
    }

    /// End the whole job because of an error, with status 1. Does not return.
    #[pyo3(signature = (code, found, expected, hint, field=None))]
    fn abort(
        &self,
        py: Python<'_>,
        code: &str,
        found: &str,
        expected: &str,
        hint: &str,
        field: Option<&str>,
    ) -> PyResult<()> {
        self.with(py, |state| {
            let mut error = Error::new(errors::code(code), found, expected, hint);
            if let Some(field) = field {
                error = error.about(field);
            }
            let error = here(&state.core, error);
            released(py, || state.core.abort(&error))
        })
    }

    /// End the whole job because the process ends before finish. Does not return.
    fn abandon(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, |state| released(py, || state.core.abandon()))
    }
}
