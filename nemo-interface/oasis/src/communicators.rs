//! Which processes of a component take part in the coupling, and communicators between components.

use crate::{component::Component, refused};
use halocline_coupler::{Code, Error};
use halocline_exchanges_mpi::{is_null_communicator, null_communicator};

/// Who of a component takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// All processes.
    Everybody,
    /// Those of a communicator, a Fortran handle.
    These(i32),
    /// Others than this one.
    Others,
}

impl Component {
    /// Fortran handle of the communicator of this component's processes. It must live until the component terminates.
    #[must_use]
    pub fn local_communicator(&self) -> i32 {
        self.job.local_communicator()
    }

    /// Fortran handle of the communicator of those that take part in the coupling; MPI_COMM_NULL on the others.
    #[must_use]
    pub fn coupling_communicator(&self) -> i32 {
        match self.choice {
            Choice::Everybody => self.job.local_communicator(),
            Choice::These(communicator) => communicator,
            Choice::Others => null_communicator(),
        }
    }

    /// Say which processes take part: those of `communicator`; MPI_COMM_NULL on the others, which then define nothing,
    /// but end the definition and terminate as all.
    ///
    /// # Errors
    /// After the first definition.
    pub fn set_coupling_communicator(&mut self, communicator: i32) -> Result<(), Error> {
        self.check_definition("a choice of processes")?;
        if !self.partitions.is_empty() {
            return Err(self.here(refused(
                Code::Order,
                "a choice of processes after the first partition",
                "create_couplcomm or set_couplcomm before def_partition",
                "move the call up",
            )));
        }
        self.choice = if is_null_communicator(communicator) {
            Choice::Others
        } else {
            Choice::These(communicator)
        };
        Ok(())
    }

    /// Split `among`, a Fortran handle, as MPI_Comm_split does, and let the ranks with a color take part. Collective
    /// over its ranks. Returns the Fortran handle, MPI_COMM_NULL for MPI_UNDEFINED.
    ///
    /// # Errors
    /// As [`Component::set_coupling_communicator`]; also what MPI reports.
    pub fn create_coupling_communicator(&mut self, color: i32, among: i32) -> Result<i32, Error> {
        let chosen = self
            .job
            .choose(among, color)
            .map_err(|error| self.here(error.into()))?;
        let chosen = chosen.unwrap_or_else(null_communicator);
        self.set_coupling_communicator(chosen)?;
        Ok(chosen)
    }

    /// Fortran handle of one communicator with the processes of this component and of another. Collective over both.
    /// The host's from now on.
    ///
    /// # Errors
    /// A component that is not in the job; what MPI reports.
    pub fn intracommunicator(&self, other: &str) -> Result<i32, Error> {
        Ok(self.of_several(&[self.name.as_str(), other.trim()])?.0)
    }

    /// Fortran handle of one communicator with the processes of all these components, and the rank there of the first
    /// process of each. Collective over them; this component is one of them, named or not.
    ///
    /// # Errors
    /// As [`Component::intracommunicator`].
    pub fn multi_intracommunicator(&self, names: &[&str]) -> Result<(i32, Vec<i32>), Error> {
        let mut all: Vec<&str> = names.iter().map(|name| name.trim()).collect();
        if !all.contains(&self.name.as_str()) {
            all.push(&self.name);
        }
        let (communicator, mut roots) = self.of_several(&all)?;
        roots.truncate(names.len());
        Ok((communicator, roots))
    }

    fn of_several(&self, names: &[&str]) -> Result<(i32, Vec<i32>), Error> {
        let made = self.job.intracommunicator(names);
        made.map_err(|error| self.here(error.into()))
    }

    /// Fortran handle of an intercommunicator of this component and another. Collective over both. The host's from now
    /// on.
    ///
    /// # Errors
    /// As [`Component::intracommunicator`].
    pub fn intercommunicator(&self, other: &str) -> Result<i32, Error> {
        let made = self.job.intercommunicator(other.trim());
        made.map_err(|error| self.here(error.into()))
    }
}
