//! Variables of scripts that want a halo: defined on a grid whose edges the script knows, lent as whole blocks.

use crate::{component::Component, info};
use halocline_coupler::{Block, Direction, Error, Wish};
use halocline_exchanges::partition::Partition;

/// Own cells of a process: first column and row, numbers of columns and rows, counted from 0.
pub type Cells = [usize; 4];

impl Component {
    /// Define a variable that is received into a box with a halo; returns its number, from 1, or [`info::UNCOUPLED`]
    /// where the experiment does not mention it.
    ///
    /// # Errors
    /// As [`halocline_coupler::Session::define_received`].
    pub fn define_received(
        &mut self,
        name: &str,
        [i, j, ni, nj]: Cells,
        levels: usize,
        wish: Wish,
    ) -> Result<i32, Error> {
        self.check_definition("a variable")?;
        let partition = Partition::Box { i, j, ni, nj };
        let variable = self
            .coupled()?
            .define_received(name, &partition, levels, wish)?;
        Ok(self.number_variable(name, variable, levels, Direction::Receive))
    }

    /// Define a variable that is sent from a box of a grid of `nx` by `ny` cells.
    ///
    /// # Errors
    /// As [`halocline_coupler::Session::define_variable`].
    pub fn define_sent(
        &mut self,
        name: &str,
        [nx, ny]: [usize; 2],
        [i, j, ni, nj]: Cells,
        levels: usize,
    ) -> Result<i32, Error> {
        self.check_definition("a variable")?;
        // Segments of cells mean the same whether or not the experiment says how wide the grid is.
        let rows = (j..j + nj).map(|row| (row * nx + i, ni)).collect();
        let partition = Partition::Orange(rows);
        let variable = self.coupled()?.define_variable_on(
            name,
            Direction::Send,
            &partition,
            levels,
            Some(nx * ny),
        )?;
        Ok(self.number_variable(name, variable, levels, Direction::Send))
    }

    /// Lend the block of a received variable at `date` [s since the start of the run]; `None` where nothing is due.
    ///
    /// # Errors
    /// As [`halocline_coupler::Session::lend_variable`].
    pub fn lend(&mut self, number: i32, date: i64) -> Result<Option<Block>, Error> {
        let variable = self.variable_of(number)?;
        self.coupled()?.lend_variable(variable, date)
    }

    /// Take a lent block back.
    pub fn give_back(&mut self, block: Block) {
        if let Ok(session) = self.coupled() {
            session.give_back(block);
        }
    }

    /// Number of processes of the component.
    #[must_use]
    pub fn size(&self) -> usize {
        self.job.local_size()
    }

    /// Whether a variable has another side in this job.
    ///
    /// # Errors
    /// A number that no variable has.
    pub fn is_coupled_variable(&mut self, number: i32) -> Result<bool, Error> {
        if number == info::UNCOUPLED {
            return Ok(false);
        }
        let variable = self.variable_of(number)?;
        Ok(self.coupled()?.is_coupled(variable))
    }
}
