//! Variables that are received with a halo that the receiver itself asks for, and lent as whole blocks.

use super::Session;
use crate::{
    block::Block,
    code::Code,
    error::Error,
    variables::{Direction, Variable},
    wish::Wish,
};
use halocline_exchanges::partition::Partition;

impl Session {
    /// Define a variable that is received with the halo of `wish`; `None` where the experiment mentions no such field.
    ///
    /// The partition counts cells on the wish's grid, so boxes need no extent from the experiment file. The wish completes
    /// the exchange: what a namcouple cannot say. All ranks of the component pass the same.
    ///
    /// # Errors
    /// As [`Session::define_variable`]; a grid without cells.
    pub fn define_received(
        &mut self,
        name: &str,
        partition: &Partition,
        levels: usize,
        wish: Wish,
    ) -> Result<Option<Variable>, Error> {
        if wish.cells() == 0 {
            return Err(self.here(
                Error::new(
                    Code::Partition,
                    format!("a grid of {} x {} cells", wish.nx, wish.ny),
                    "1 cell or more along i and j",
                    "pass the number of points of the whole grid",
                )
                .about(name),
            ));
        }
        let cells = Some(wish.cells());
        let variable =
            self.define_variable_on(name, Direction::Receive, partition, levels, cells)?;
        if let Some(Variable(number)) = variable {
            self.definitions[number].wish = Some(wish);
        }
        Ok(variable)
    }

    /// Whether an exchange of this job carries a variable: not where the other side of its exchange is missing.
    #[must_use]
    pub fn is_coupled(&self, variable: Variable) -> bool {
        let definition = self.definitions.get(variable.0);
        definition.is_some_and(|definition| !definition.slots.is_empty())
    }

    /// Lend the halo-complete block of a received variable at `date`; `None` where nothing is due.
    ///
    /// The block is the caller's until [`Session::give_back`]; messages of the next but one date want its memory.
    ///
    /// # Errors
    /// As [`Session::get`].
    pub fn lend_variable(&mut self, variable: Variable, date: i64) -> Result<Option<Block>, Error> {
        self.variable(variable, Direction::Receive)?;
        self.check_call(variable, date)?;
        let definition = &mut self.definitions[variable.0];
        definition.last = Some(date);
        let Some((exchange, number)) = definition.slots.first().copied() else {
            return Ok(None);
        };
        if !self.incoming[exchange].due(number, date) {
            return Ok(None);
        }
        self.release_returned();
        self.progress.reached(date);
        let progress = &mut self.progress;
        let late = |what: &str, seconds| progress.waiting(what, seconds);
        let mut block = self.incoming[exchange]
            .lend(self.world.as_mut(), self.patience, number, date, late)
            .map_err(|error| error.at(&self.component, self.rank))?;
        self.treat_block((exchange, number), &mut block, date)?;
        Ok(Some(block))
    }
}
