//! Variables that the model itself defines, each with cells and levels of its own: what OASIS hosts use.

use super::{Received, Sent, Session};
use crate::{
    code::Code,
    error::Error,
    variables::{Definition, Direction, Variable},
};
use halocline_exchanges::{
    partition::Partition,
    view::{View, ViewMut},
};

impl Session {
    /// Define a variable: the cells of this rank and the number of levels; `None` where the experiment mentions no such
    /// field for this direction.
    ///
    /// Cells count from 0 over the whole grid, i fastest. `Apple`, `Orange`, `Points` and `Empty` need not know the
    /// extent of the grid; `Serial`, `Box` and `Cube` take it from the experiment file. All ranks of the component define
    /// the same variables in the same order, `Empty` where they have no cells.
    ///
    /// # Errors
    /// A second variable of this name and direction, no levels, a call after the definition phase.
    pub fn define_variable(
        &mut self,
        name: &str,
        direction: Direction,
        partition: &Partition,
        levels: usize,
    ) -> Result<Option<Variable>, Error> {
        self.define_variable_on(name, direction, partition, levels, None)
    }

    /// As [`Session::define_variable`], where the model also knows how many cells its whole grid has.
    ///
    /// # Errors
    /// As [`Session::define_variable`].
    pub fn define_variable_on(
        &mut self,
        name: &str,
        direction: Direction,
        partition: &Partition,
        levels: usize,
        global_cells: Option<usize>,
    ) -> Result<Option<Variable>, Error> {
        if self.defined {
            return Err(self.here(
                Error::new(
                    Code::Order,
                    "variable defined after end_definition",
                    "all variables before end_definition",
                    "move the call up",
                )
                .about(name),
            ));
        }
        if !self.is_mentioned(name, direction) {
            return Ok(None);
        }
        let same = |other: &Definition| other.name == name && other.direction == direction;
        if self.definitions.iter().any(same) {
            return Err(self.here(
                Error::new(
                    Code::Order,
                    "a second definition of this variable",
                    "one definition a name and direction",
                    "define it once, with all cells of this rank; several pieces are one orange or points partition",
                )
                .about(name),
            ));
        }
        if levels == 0 {
            return Err(self.here(
                Error::new(
                    Code::Shape,
                    "a variable without levels",
                    "1 level or more",
                    "pass the number of levels (the bundle size)",
                )
                .about(name),
            ));
        }
        self.definitions.push(Definition {
            name: name.to_owned(),
            direction,
            partition: partition.clone(),
            levels,
            global_cells,
        });
        Ok(Some(Variable(self.definitions.len() - 1)))
    }

    /// Whether an exchange could carry this field from or to this component.
    fn is_mentioned(&self, name: &str, direction: Direction) -> bool {
        self.spec().exchanges.iter().any(|exchange| {
            let side = match direction {
                Direction::Send => &exchange.from,
                Direction::Receive => &exchange.to,
            };
            (side.is_empty() || *side == self.component)
                && exchange.fields.iter().any(|field| field == name)
        })
    }

    /// Send a variable at `date` [s since the start of the run]: own cells of this rank, axes (i, j, level).
    ///
    /// Any extents (i, j) that have the number of own cells are taken: the cells in the order of the partition are those
    /// of the array, i fastest. With `write_restart` the values go into a restart file named with the date as well.
    ///
    /// # Errors
    /// An array of another size, a date outside the run, going backwards or skipping an exchange, another rank's failure.
    pub fn put(
        &mut self,
        variable: Variable,
        view: View<'_>,
        date: i64,
        write_restart: bool,
    ) -> Result<Sent, Error> {
        let _ = (view, date, write_restart);
        Err(self.not_yet(variable, "put"))
    }

    /// Receive a variable at `date` into own cells, axes (i, j, level). Waits for the messages of this date.
    ///
    /// # Errors
    /// As [`Session::put`]; also a wait longer than `watch: timeout`.
    pub fn get(
        &mut self,
        variable: Variable,
        view: ViewMut<'_>,
        date: i64,
    ) -> Result<Received, Error> {
        let _ = (view, date);
        Err(self.not_yet(variable, "get"))
    }

    /// What [`Session::put`] would do at `date`.
    ///
    /// # Errors
    /// No such variable, or one that is received; a date outside the run.
    pub fn inquire_put(&self, variable: Variable, date: i64) -> Result<Sent, Error> {
        let _ = date;
        Err(self.not_yet(variable, "inquire_put"))
    }

    /// Periods of the exchanges that carry a variable, in the order of the experiment file [s].
    #[must_use]
    pub fn periods(&self, variable: Variable) -> Vec<i64> {
        let Some(definition) = self.definitions.get(variable.0) else {
            return Vec::new();
        };
        let carries = self.spec().exchanges.iter().filter(|exchange| {
            let side = match definition.direction {
                Direction::Send => &exchange.from,
                Direction::Receive => &exchange.to,
            };
            (side.is_empty() || *side == self.component)
                && exchange.fields.contains(&definition.name)
        });
        carries
            .filter_map(|exchange| exchange.period)
            .map(|period| period.get())
            .collect()
    }

    fn not_yet(&self, variable: Variable, verb: &str) -> Error {
        let name = self
            .definitions
            .get(variable.0)
            .map_or("?", |definition| definition.name.as_str());
        self.here(
            Error::new(
                Code::Internal,
                format!("{verb} of a variable is not available yet"),
                "",
                "use send and receive by name meanwhile",
            )
            .about(name),
        )
    }
}
