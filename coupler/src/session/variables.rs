//! Variables that the model itself defines, each with cells and levels of its own: what OASIS hosts use.

use super::{Received, Sent, Session, Slot};
use crate::{
    clock::Clock,
    code::Code,
    error::Error,
    variables::{Definition, Direction, Variable},
};
use halocline_configs::Status;
use halocline_exchanges::{
    partition::Partition,
    plan::BlockShape,
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
        self.uses_variables = true;
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
            wish: None,
            slots: Vec::new(),
            last: None,
        });
        Ok(Some(Variable(self.definitions.len() - 1)))
    }

    /// Whether an exchange could carry this field from or to this component.
    fn is_mentioned(&self, name: &str, direction: Direction) -> bool {
        self.spec().exchanges.iter().any(|exchange| {
            let (side, fields) = match direction {
                Direction::Send => (&exchange.from, &exchange.fields[..]),
                Direction::Receive => (&exchange.to, exchange.received_fields()),
            };
            (side.is_empty() || *side == self.component) && fields.iter().any(|field| field == name)
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
        self.variable(variable, Direction::Send)?;
        self.check_call(variable, date)?;
        let mut outcome = Sent::NotDue;
        for index in 0..self.definitions[variable.0].slots.len() {
            let slot = self.definitions[variable.0].slots[index];
            if !self.reads_put(slot.0, date) {
                continue;
            }
            let outgoing = &self.outgoing[slot.0];
            let ([ni, nj], levels) = (outgoing.local_shape, outgoing.levels[slot.1]);
            self.check_cells(ni * nj, levels, variable, view.layout.shape)?;
            outcome = outcome.and(self.put_slot(slot, &view, date, write_restart)?);
        }
        self.definitions[variable.0].last = Some(date);
        if outcome != Sent::NotDue {
            self.progress.reached(date);
        }
        Ok(outcome)
    }

    /// Receive a variable at `date` into own cells, axes (i, j, level). Waits for the messages of this date.
    ///
    /// # Errors
    /// As [`Session::put`]; also a wait longer than `watch: timeout`.
    pub fn get(
        &mut self,
        variable: Variable,
        mut view: ViewMut<'_>,
        date: i64,
    ) -> Result<Received, Error> {
        self.variable(variable, Direction::Receive)?;
        self.check_call(variable, date)?;
        let slot = self.definitions[variable.0].slots.first().copied();
        let due = slot.filter(|(exchange, number)| self.incoming[*exchange].due(*number, date));
        let outcome = match due {
            None => Received::NotDue,
            Some((exchange, number)) => {
                self.fit_block((exchange, number), variable, view.layout.shape)?;
                self.get_slot((exchange, number), &mut view, date)?
            }
        };
        self.definitions[variable.0].last = Some(date);
        Ok(outcome)
    }

    /// What [`Session::put`] would do at `date`.
    ///
    /// # Errors
    /// No such variable, or one that is received; a date outside the run.
    pub fn inquire_put(&self, variable: Variable, date: i64) -> Result<Sent, Error> {
        let definition = self.variable(variable, Direction::Send)?;
        self.check_date(&definition.name, date)?;
        let outcomes = definition
            .slots
            .iter()
            .map(|slot| self.inquire_slot(*slot, date));
        Ok(outcomes.fold(Sent::NotDue, Sent::and))
    }

    fn inquire_slot(&self, (exchange, number): Slot, date: i64) -> Sent {
        let (outgoing, sending) = (&self.outgoing[exchange], &self.sendings[exchange]);
        let outcome = match outgoing.due(date, self.end) {
            Some(_) if sending.status == Status::Output => Sent::NotDue,
            Some(_) if outgoing.completes(number) => Sent::Sent,
            Some(_) => Sent::Stored,
            None if sending.carries_over(date, self.end) => Sent::ToRestart,
            None if sending.accumulates() => return Sent::Accumulated,
            None => return Sent::NotDue,
        };
        match sending.status {
            Status::Output | Status::Expout => outcome.with_output(),
            Status::Exported | Status::Input => outcome,
        }
    }

    /// Periods of the exchanges that carry a variable, in the order of the experiment file [s]; none where the other
    /// side of its exchange is missing.
    #[must_use]
    pub fn periods(&self, variable: Variable) -> Vec<i64> {
        let Some(definition) = self.definitions.get(variable.0) else {
            return Vec::new();
        };
        let clocks = definition
            .slots
            .iter()
            .map(|(exchange, _)| match definition.direction {
                Direction::Send => self.outgoing[*exchange].clock,
                Direction::Receive => self.incoming[*exchange].clock,
            });
        clocks
            .filter_map(|clock| match clock {
                Clock::Every { period, .. } => Some(period),
                Clock::Once => None,
            })
            .collect()
    }

    /// What was said of a variable, which is to be used in this direction.
    pub(super) fn variable(
        &self,
        variable: Variable,
        direction: Direction,
    ) -> Result<&Definition, Error> {
        let known = self.definitions.get(variable.0);
        if !self.defined {
            let error = Error::new(
                Code::Order,
                "a variable is used before end_definition",
                "end_definition first",
                "call it once after the variables are defined",
            );
            let error = match known {
                Some(definition) => error.about(&definition.name),
                None => error,
            };
            return Err(self.here(error));
        }
        let Some(definition) = known else {
            return Err(self.here(Error::new(
                Code::Name,
                format!("there is no variable number {}", variable.0),
                format!("0 to {}", self.definitions.len().saturating_sub(1)),
                "use the numbers that define_variable returns",
            )));
        };
        if definition.direction == direction {
            return Ok(definition);
        }
        let (found, expected) = match direction {
            Direction::Send => ("put of a variable that is received", "get"),
            Direction::Receive => ("get of a variable that is sent", "put"),
        };
        Err(self.here(
            Error::new(
                Code::Order,
                found,
                expected,
                "define it for the other direction as well, or call the other verb",
            )
            .about(&definition.name),
        ))
    }

    /// Whether a date lies within the run and not before that of the last call.
    pub(super) fn check_call(&self, variable: Variable, date: i64) -> Result<(), Error> {
        let Definition { name, last, .. } = &self.definitions[variable.0];
        self.check_date(name, date)?;
        match last.filter(|last| date < *last) {
            None => Ok(()),
            Some(last) => Err(self.here(
                Error::new(
                    Code::Date,
                    format!("date {date} s comes after date {last} s"),
                    "dates that do not go backwards",
                    "pass the seconds since the start of the run, at each step those of the step",
                )
                .about(name),
            )),
        }
    }

    /// Whether an array has the number of own cells of this rank, in whatever extents, and all levels.
    fn check_cells(
        &self,
        cells: usize,
        levels: usize,
        variable: Variable,
        [ni, nj, found_levels]: [usize; 3],
    ) -> Result<(), Error> {
        if ni * nj == cells && found_levels == levels {
            return Ok(());
        }
        Err(self.here(
            Error::new(
                Code::Shape,
                format!("array of shape (i, j, level) = ({ni}, {nj}, {found_levels})"),
                format!(
                    "{cells} own cells on {levels} levels: {} values",
                    cells * levels
                ),
                "pass exactly the cells of the partition that the variable is defined with, without halo",
            )
            .about(&self.definitions[variable.0].name),
        ))
    }

    /// Give the block of an exchange the extents of an array: without a halo only the order of its cells counts.
    fn fit_block(
        &mut self,
        slot: Slot,
        variable: Variable,
        shape: [usize; 3],
    ) -> Result<(), Error> {
        let (exchange, number) = slot;
        let block = self.incoming[exchange].own_shape();
        if block.halo > 0 {
            return self.check_received_shape(exchange, number, shape);
        }
        let levels = self.incoming[exchange].fields[number].levels;
        self.check_cells(block.cells(), levels, variable, shape)?;
        let [ni, nj, _] = shape;
        if self.incoming[exchange].remapping.is_none() {
            self.incoming[exchange].block = BlockShape { ni, nj, halo: 0 };
        }
        Ok(())
    }
}
