//! The component of a script that couples through tunnels: variables with a halo, by number.

use crate::{
    array::{self, Wanted},
    errors,
    lease::{Lease, Memory},
    released::{SameThread, released},
    session::out_of_reach,
    thread_bound::ThreadBound,
};
use halocline_coupler::{Code, Error, Wish};
use halocline_exchanges::grid::{EdgeI, EdgeJ, FoldRow, Pivot, PointKind, Sign};
use halocline_oasis::{Cells, Component, Part};
use numpy::{PyUntypedArray, PyUntypedArrayMethods};
use pyo3::prelude::*;
use std::sync::Arc;

struct State {
    /// `None` after the end.
    component: Option<Component>,
    /// Blocks in Python's hands.
    loans: Vec<Arc<Memory>>,
}

impl State {
    fn component(&mut self) -> Result<&mut Component, Error> {
        self.component.as_mut().ok_or_else(|| {
            Error::new(
                Code::Order,
                "a call after the end of the coupling",
                "finish comes last",
                "move the call up",
            )
        })
    }
}

/// One process of a script in the coupled job. Numbers of variables are those that the definitions return; -1 stands for
/// one that the experiment does not mention. Dates are seconds since the start of the run.
#[pyclass(frozen, module = "halocline._mpi")]
pub(crate) struct Tunnels {
    state: ThreadBound<State>,
    rank: usize,
    size: usize,
}

impl Tunnels {
    fn with<T>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mut State) -> Result<T, Error>,
    ) -> PyResult<T> {
        let outcome = match self.state.reach() {
            Ok(mut state) => work(&mut state),
            Err(reason) => Err(out_of_reach(reason)),
        };
        outcome.map_err(|error| errors::exception(py, &error))
    }
}

/// The edges along j, from "closed", "cyclic", "north T", "north F", "south T" or "south F".
fn edge_j(words: &str) -> Result<EdgeJ, Error> {
    let pivot = if words.ends_with('F') {
        Pivot::F
    } else {
        Pivot::T
    };
    match words.split(' ').next() {
        Some("closed") => Ok(EdgeJ::Closed),
        Some("cyclic") => Ok(EdgeJ::Cyclic),
        Some("north") => Ok(EdgeJ::NorthFold {
            pivot,
            row: FoldRow::Mirrored,
        }),
        Some("south") => Ok(EdgeJ::SouthFold { pivot }),
        _ => Err(Error::new(
            Code::Partition,
            format!("edges '{words}' along j"),
            "closed, cyclic, north T, north F, south T or south F",
            "correct the argument",
        )),
    }
}

fn point(name: &str) -> Result<PointKind, Error> {
    match name {
        "T" => Ok(PointKind::T),
        "U" => Ok(PointKind::U),
        "V" => Ok(PointKind::V),
        "F" => Ok(PointKind::F),
        _ => Err(Error::new(
            Code::Partition,
            format!("point '{name}' of a cell"),
            "T, U, V or F",
            "correct the grid's `folding`",
        )),
    }
}

#[pymethods]
impl Tunnels {
    /// Join the job as a process of `component`. Collective over all processes of the job.
    #[new]
    fn new(py: Python<'_>, component: &str) -> PyResult<Self> {
        halocline_coupler::logging::start();
        let joined = released(py, || {
            SameThread(Component::join(component, Part::Coupled, None))
        });
        let component = joined.0.map_err(|error| errors::exception(py, &error))?;
        let (rank, size) = (component.rank(), component.size());
        Ok(Self {
            state: ThreadBound::new(State {
                component: Some(component),
                loans: Vec::new(),
            }),
            rank,
            size,
        })
    }

    /// Rank among the processes of the script.
    #[getter]
    fn rank(&self) -> usize {
        self.rank
    }

    /// Number of processes of the script.
    #[getter]
    fn size(&self) -> usize {
        self.size
    }

    /// Define a variable that is received with a halo; returns its number.
    ///
    /// `grid` is (nx, ny), `cells` (i, j, ni, nj) of this process, `edges` says what lies beyond those along i ("closed",
    /// "cyclic") and along j (also "north T", "south F" and the like, for a fold about a T or F point).
    #[allow(clippy::too_many_arguments, reason = "what a tunnel's grid says")]
    fn define_received(
        &self,
        py: Python<'_>,
        name: &str,
        grid: [usize; 2],
        cells: Cells,
        levels: usize,
        halo: usize,
        edges: (String, String),
        point: &str,
        changes_sign: bool,
    ) -> PyResult<i32> {
        self.with(py, |state| {
            let wish = Wish {
                nx: grid[0],
                ny: grid[1],
                edge_i: if edges.0 == "cyclic" {
                    EdgeI::Cyclic
                } else {
                    EdgeI::Closed
                },
                edge_j: edge_j(&edges.1)?,
                halo,
                point: self::point(point)?,
                sign: if changes_sign {
                    Sign::Vector
                } else {
                    Sign::Scalar
                },
            };
            state
                .component()?
                .define_received(name, cells, levels, wish)
        })
    }

    /// Define a variable that is sent from own cells (i, j, ni, nj) of a grid (nx, ny); returns its number.
    fn define_sent(
        &self,
        py: Python<'_>,
        name: &str,
        grid: [usize; 2],
        cells: Cells,
        levels: usize,
    ) -> PyResult<i32> {
        self.with(py, |state| {
            state.component()?.define_sent(name, grid, cells, levels)
        })
    }

    /// End the definition phase. Collective over all processes of the job.
    fn end_definition(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, |state| {
            let component = state.component()?;
            released(py, || component.end_definition())
        })
    }

    /// Whether a variable has another side in this job; known after the definition phase.
    fn is_coupled(&self, py: Python<'_>, number: i32) -> PyResult<bool> {
        self.with(py, |state| state.component()?.is_coupled_variable(number))
    }

    /// Lend the block of a variable, axes (level, j, i) with its halo; None where nothing is due. Waits for the sender.
    fn lend(&self, py: Python<'_>, number: i32, seconds: i64) -> PyResult<Option<Lease>> {
        self.with(py, |state| {
            let component = state.component()?;
            let Some(block) = released(py, || component.lend(number, seconds))? else {
                return Ok(None);
            };
            let memory = Arc::new(Memory::new(block));
            state.loans.push(Arc::clone(&memory));
            Ok(Some(Lease::new(memory)))
        })
    }

    /// Take back every block that nobody views any more, and leave the others to their views.
    fn take_back(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, |state| {
            for memory in std::mem::take(&mut state.loans) {
                if let Ok(memory) = Arc::try_unwrap(memory) {
                    state.component()?.give_back(memory.into_block());
                }
            }
            Ok(())
        })
    }

    /// Send own cells, axes (level, j, i); returns whether anything was due.
    fn put(
        &self,
        py: Python<'_>,
        number: i32,
        array: &Bound<'_, PyAny>,
        seconds: i64,
    ) -> PyResult<bool> {
        self.with(py, |state| {
            let wanted = Wanted {
                own: extents(array),
                halo: 0,
            };
            let mut array = array.clone();
            let mut placed = array::place(&array, &wanted)?;
            if placed.is_none() {
                array = array.call_method0("copy").map_err(|error| {
                    let found = format!("the array cannot be copied: {error}");
                    Error::new(Code::Shape, found, "a numpy array", "pass another array")
                })?;
                placed = array::place(&array, &wanted)?;
            }
            let placed = placed.ok_or_else(|| {
                Error::new(
                    Code::Internal,
                    "a copied array is not aligned",
                    "",
                    "report this",
                )
            })?;
            // SAFETY: `array` is held until the call returns; like any function that reads an array while the GIL is
            // released, this relies on other threads not writing to it meanwhile.
            let view = unsafe { placed.view() };
            let component = state.component()?;
            let code = released(py, || component.put(number, view, seconds, false))?;
            drop(array);
            Ok(code != halocline_oasis::info::OK)
        })
    }

    /// Leave in order. Collective over all processes of the job.
    fn finish(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, |state| {
            let Some(component) = state.component.take() else {
                return Ok(());
            };
            let ended = released(py, || SameThread(component.terminate()));
            ended.0.map_err(|(component, error)| {
                state.component = component.map(|component| *component);
                error
            })
        })
    }

    /// End the whole job because of an error, with status 1. Does not return.
    fn abort(
        &self,
        py: Python<'_>,
        code: &str,
        found: &str,
        expected: &str,
        hint: &str,
    ) -> PyResult<()> {
        self.with(py, |state| {
            let error = Error::new(errors::code(code), found, expected, hint);
            let component = state.component()?;
            released(py, || -> () { component.abort(&error) });
            Ok(())
        })
    }

    /// End the whole job because the process ends before finish. Does not return where others wait for it.
    fn abandon(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, |state| {
            let component = state.component()?;
            released(py, || component.abandon());
            Ok(())
        })
    }
}

/// Extents (i, j, level) of an array with the axes (level, j, i); nonsense for others, which are refused with it.
fn extents(array: &Bound<'_, PyAny>) -> [usize; 3] {
    match array
        .cast::<PyUntypedArray>()
        .map(|array| array.shape().to_vec())
    {
        Ok(shape) if shape.len() == 3 => [shape[2], shape[1], shape[0]],
        _ => [0; 3],
    }
}
