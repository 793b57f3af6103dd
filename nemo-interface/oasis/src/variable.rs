//! Variables: define, put, get, inquire.

use crate::{component::Component, info, journal::EVERY_CALL, refused};
use halocline_coupler::{Code, Direction, Error, Variable};
use halocline_exchanges::view::{View, ViewMut};

/// A variable that the experiment mentions.
#[derive(Debug)]
pub(crate) struct Defined {
    name: String,
    variable: Variable,
    levels: usize,
}

impl Component {
    /// Define a variable on a partition; returns its number, from 1, or [`info::UNCOUPLED`] where the experiment does
    /// not mention it: it then takes no part, which is no error.
    ///
    /// # Errors
    /// A partition that was not defined, and what [`halocline_coupler::Session::define_variable`] refuses.
    pub fn define_variable(
        &mut self,
        name: &str,
        partition: i32,
        levels: i64,
        direction: Direction,
    ) -> Result<i32, Error> {
        self.check_definition("a variable")?;
        let name = name.trim();
        if self.session.is_none() {
            return Ok(info::UNCOUPLED);
        }
        let cells = self.partition(partition)?.clone();
        let levels = usize::try_from(levels).unwrap_or(0);
        let (partition, global) = (&cells.partition, cells.global_cells);
        let session = self.coupled()?;
        let variable = session.define_variable_on(name, direction, partition, levels, global)?;
        Ok(self.number_variable(name, variable, levels, direction))
    }

    /// Give a variable its number, or [`info::UNCOUPLED`] where the experiment does not mention it.
    pub(crate) fn number_variable(
        &mut self,
        name: &str,
        variable: Option<Variable>,
        levels: usize,
        direction: Direction,
    ) -> i32 {
        let Some(variable) = variable else {
            self.journal.line(format!(
                "variable '{name}' is not in the experiment: not coupled"
            ));
            return info::UNCOUPLED;
        };
        self.variables.push(Defined {
            name: name.to_owned(),
            variable,
            levels,
        });
        let number = self.variables.len() as i32;
        self.journal.line(format!(
            "variable {number} '{name}', {levels} levels, {direction:?}"
        ));
        number
    }

    fn defined(&self, number: i32) -> Result<&Defined, Error> {
        let index = usize::try_from(number)
            .ok()
            .and_then(|number| number.checked_sub(1));
        index
            .and_then(|index| self.variables.get(index))
            .ok_or_else(|| self.unknown_variable(number))
    }

    #[cold]
    fn unknown_variable(&self, number: i32) -> Error {
        let found = if number == info::UNCOUPLED {
            "variable -1, which the experiment does not mention".to_owned()
        } else {
            format!("variable {number}")
        };
        self.here(refused(
            Code::Name,
            found,
            format!("a number that def_var gave, 1 to {}", self.variables.len()),
            "do not exchange a variable whose number is -1, or add its name to the experiment file",
        ))
    }

    /// The coupler's variable of a number.
    pub(crate) fn variable_of(&self, number: i32) -> Result<Variable, Error> {
        Ok(self.defined(number)?.variable)
    }

    /// Name of a variable.
    ///
    /// # Errors
    /// A number that no variable has.
    pub fn variable_name(&self, number: i32) -> Result<&str, Error> {
        Ok(&self.defined(number)?.name)
    }

    /// Number of levels of a variable: its bundle size.
    ///
    /// # Errors
    /// A number that no variable has.
    pub fn levels(&self, number: i32) -> Result<usize, Error> {
        Ok(self.defined(number)?.levels)
    }

    /// Put a variable at `date` [s since the start of the run]; returns the code of what that did.
    ///
    /// # Errors
    /// As [`halocline_coupler::Session::put`].
    pub fn put(
        &mut self,
        number: i32,
        view: View<'_>,
        date: i64,
        write_restart: bool,
    ) -> Result<i32, Error> {
        let variable = self.defined(number)?.variable;
        let sent = self.coupled()?.put(variable, view, date, write_restart)?;
        let code = info::of_sent(sent);
        if self.level >= EVERY_CALL {
            self.note("put", number, date, code);
        }
        Ok(code)
    }

    /// Get a variable at `date` [s since the start of the run]; returns the code of what that did. With
    /// [`info::OK`] the array is as it was.
    ///
    /// # Errors
    /// As [`halocline_coupler::Session::get`].
    pub fn get(&mut self, number: i32, view: ViewMut<'_>, date: i64) -> Result<i32, Error> {
        let variable = self.defined(number)?.variable;
        let received = self.coupled()?.get(variable, view, date)?;
        let code = info::of_received(received);
        if self.level >= EVERY_CALL {
            self.note("get", number, date, code);
        }
        Ok(code)
    }

    #[cold]
    fn note(&mut self, verb: &str, number: i32, date: i64, code: i32) {
        let name = self.defined(number).map(|defined| defined.name.clone());
        let name = name.unwrap_or_default();
        self.journal
            .line(format!("{verb} '{name}' at {date} s: {code}"));
    }

    /// The code that a put at `date` would return.
    ///
    /// # Errors
    /// As [`halocline_coupler::Session::inquire_put`].
    pub fn inquire_put(&mut self, number: i32, date: i64) -> Result<i32, Error> {
        let variable = self.defined(number)?.variable;
        Ok(info::of_sent(self.coupled()?.inquire_put(variable, date)?))
    }

    /// Coupling periods [s] of the exchanges that a variable takes part in.
    ///
    /// # Errors
    /// A number that no variable has.
    pub fn periods(&mut self, number: i32) -> Result<Vec<i64>, Error> {
        let variable = self.defined(number)?.variable;
        Ok(self.coupled()?.periods(variable))
    }
}
