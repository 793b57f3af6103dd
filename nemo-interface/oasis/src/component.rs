//! One process of a component: join, end of the definition, terminate, abort.

use crate::{
    communicators::Choice,
    grids::GridWriting,
    journal::{Journal, Writer},
    partition::{self, LocalPartition, PointsFrom},
    refused,
    variable::Defined,
};
use halocline_coupler::{Code, Error, Session, give_way, start};
use halocline_exchanges::world::Patience;
use halocline_exchanges_mpi::{Job, MpiWorld, Part, end_job};
use std::path::{Path, PathBuf};

/// This process in the coupled job. One a process.
///
/// A process may own no cells and define nothing; what is collective is said of each verb.
pub struct Component {
    pub(crate) name: String,
    pub(crate) number: usize,
    pub(crate) job: Job,
    /// `None` outside of the coupling.
    pub(crate) session: Option<Session>,
    pub(crate) choice: Choice,
    pub(crate) partitions: Vec<LocalPartition>,
    pub(crate) variables: Vec<Defined>,
    pub(crate) grids: GridWriting,
    pub(crate) journal: Journal,
    pub(crate) of_job: Journal,
    pub(crate) patience: Patience,
    /// Debug level: how much the log files hold.
    pub(crate) level: i32,
    defined: bool,
}

impl Component {
    /// Join the job as a process of `name`, coupled or not. Collective over all processes of `world`, a Fortran handle,
    /// or of the job if `None`. Starts MPI if it is not running; [`Component::terminate`] then ends it.
    ///
    /// The experiment is what `$HALOCLINE_EXPERIMENT` names, else `namcouple`, else `experiment.yaml` in this folder.
    ///
    /// # Errors
    /// An experiment that cannot be read, an empty name, components that the experiment names and nobody started, what
    /// MPI reports, or other processes that do not come within `$HALOCLINE_START_TIMEOUT` [s].
    pub fn join(name: &str, part: Part, world: Option<i32>) -> Result<Self, Error> {
        let name = name.trim();
        if name.is_empty() {
            return Err(refused(
                Code::Name,
                "a component without a name",
                "a name of its own for each program",
                "pass one to init_comp",
            ));
        }
        let patience = start::patience_at_start()?;
        let job =
            Job::join(name, part, world, patience).map_err(|error| start::late(error.into()))?;
        let session = match job.coupled_communicator() {
            None => None,
            Some(communicator) => Some(session(name, communicator)?),
        };
        let number = 1 + job
            .components()
            .iter()
            .position(|other| *other == name)
            .unwrap_or(0);
        let level = session.as_ref().map_or(0, log_level);
        let writer = Writer {
            component: number,
            rank: job.local_rank(),
            level,
        };
        let mut component = Self {
            name: name.to_owned(),
            number,
            choice: Choice::Everybody,
            partitions: Vec::new(),
            variables: Vec::new(),
            grids: GridWriting::default(),
            journal: Journal::begin(Path::new("."), writer),
            of_job: if job.is_first() {
                Journal::of_job(Path::new("."))
            } else {
                Journal::default()
            },
            patience,
            level,
            defined: false,
            session,
            job,
        };
        component.introduce();
        Ok(component)
    }

    fn introduce(&mut self) {
        let names = self.job.components().join(", ");
        self.of_job.line(format!("components of this job: {names}"));
        let (rank, size) = (self.job.local_rank(), self.job.local_size());
        self.journal.line(format!(
            "component {} '{}', process {rank} of {size}{}",
            self.number,
            self.name,
            if self.session.is_none() {
                ", outside of the coupling"
            } else {
                ""
            }
        ));
    }

    /// Name of the component.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Number of the component in the job, from 1.
    #[must_use]
    pub fn number(&self) -> usize {
        self.number
    }

    /// Rank within the component.
    #[must_use]
    pub fn rank(&self) -> usize {
        self.job.local_rank()
    }

    /// Whether the component takes part in the coupling.
    #[must_use]
    pub fn is_coupled(&self) -> bool {
        self.session.is_some()
    }

    /// Debug level.
    #[must_use]
    pub fn debug_level(&self) -> i32 {
        self.level
    }

    /// Set the debug level: from 10 on, puts and gets are written into the log file.
    pub fn set_debug_level(&mut self, level: i32) {
        self.level = level;
    }

    /// Define which cells this process owns; returns the number of the partition, from 1.
    ///
    /// # Errors
    /// As [`partition::read`]; also a call after the end of the definition.
    pub fn define_partition(
        &mut self,
        numbers: &[i64],
        points: PointsFrom,
        global_cells: Option<i64>,
        name: &str,
    ) -> Result<i32, Error> {
        self.check_definition("a partition")?;
        let partition = partition::read(numbers, points, global_cells, name.trim())
            .map_err(|error| self.here(error))?;
        self.journal.line(format!(
            "partition {} {}: {} cells",
            self.partitions.len() + 1,
            partition.name,
            partition.cells
        ));
        self.partitions.push(partition);
        Ok(self.partitions.len() as i32)
    }

    /// A partition by its number.
    pub(crate) fn partition(&self, number: i32) -> Result<&LocalPartition, Error> {
        let index = usize::try_from(number)
            .ok()
            .and_then(|number| number.checked_sub(1));
        index
            .and_then(|index| self.partitions.get(index))
            .ok_or_else(|| {
                self.here(refused(
                    Code::Partition,
                    format!("partition {number}"),
                    format!(
                        "one of the {} that were defined, counted from 1",
                        self.partitions.len()
                    ),
                    "pass the number that def_partition gave",
                ))
            })
    }

    /// Number of cells that this process owns of a partition.
    ///
    /// # Errors
    /// A number that no partition has.
    pub fn cells_of_partition(&self, number: i32) -> Result<usize, Error> {
        Ok(self.partition(number)?.cells)
    }

    pub(crate) fn check_definition(&self, what: &str) -> Result<(), Error> {
        if !self.defined {
            return Ok(());
        }
        Err(self.here(refused(
            Code::Order,
            format!("{what} after enddef"),
            "all definitions before enddef",
            "move the call up",
        )))
    }

    /// End the definition phase. Collective over all processes of all coupled components, those without cells too.
    ///
    /// # Errors
    /// As [`Session::end_definition`]; also grids that cannot be written.
    pub fn end_definition(&mut self) -> Result<(), Error> {
        self.check_definition("a second enddef")?;
        self.end_grids()?;
        if let Some(session) = &mut self.session {
            session.end_definition()?;
        }
        self.defined = true;
        self.journal.line("the definition phase has ended");
        Ok(())
    }

    /// Leave in order. Collective over all processes of all components where [`Component::join`] started MPI, else over
    /// those of coupled components.
    ///
    /// # Errors
    /// As [`Session::finish`], with the component, which may abort. Without it where the coupling has ended but MPI does
    /// not let this process leave: nothing is left that could be terminated once more.
    pub fn terminate(mut self) -> Result<(), (Option<Box<Self>>, Error)> {
        if let Some(session) = &mut self.session
            && let Err(error) = session.finish()
        {
            return Err((Some(Box::new(self)), error));
        }
        let Self {
            job,
            name,
            mut journal,
            mut of_job,
            ..
        } = self;
        let rank = job.local_rank();
        if let Err(error) = job.leave() {
            let error = Error::from(error).at(&name, rank);
            journal.line(format!("ABORT: {error}"));
            return Err((None, error));
        }
        journal.success();
        of_job.success();
        Ok(())
    }

    /// Tell every process why this one fails, then end the whole job with status 1.
    pub fn abort(&mut self, error: &Error) -> ! {
        let error = self.here(error.clone());
        self.journal.line(format!("ABORT: {error}"));
        if let Some(session) = &mut self.session {
            session.abort(&error);
        }
        tracing::error!("{error}");
        give_way(&error);
        end_job(1)
    }

    /// End the whole job because this process ends before [`Component::terminate`]; outside of the coupling nobody waits
    /// for it, and MPI judges.
    pub fn abandon(&mut self) {
        self.journal
            .line("ABORT: the process ends before terminate");
        if let Some(session) = &mut self.session {
            session.abandon();
        }
    }

    /// The error, met by this component and process.
    pub(crate) fn here(&self, error: Error) -> Error {
        error.at(&self.name, self.job.local_rank())
    }

    /// The session, where the component has one.
    pub(crate) fn coupled(&mut self) -> Result<&mut Session, Error> {
        let (name, rank) = (&self.name, self.job.local_rank());
        self.session.as_mut().ok_or_else(|| {
            let error = refused(
                Code::Order,
                "an exchange of a component outside of the coupling",
                "a component that joined as coupled",
                "remove `coupled = .false.` from init_comp",
            );
            error.at(name, rank)
        })
    }
}

/// How much the experiment wants to be logged.
fn log_level(session: &Session) -> i32 {
    session.spec().oasis.map_or(0, |oasis| oasis.log_level)
}

fn session(name: &str, communicator: i32) -> Result<Session, Error> {
    let world = start::world(|patience| MpiWorld::start(Some(communicator), patience))?;
    Session::begin(world, name, experiment().as_deref())
}

/// The experiment where `$HALOCLINE_EXPERIMENT` does not name it.
fn experiment() -> Option<PathBuf> {
    if std::env::var_os("HALOCLINE_EXPERIMENT").is_some() {
        return None;
    }
    let here = |name: &str| Some(PathBuf::from(name)).filter(|path| path.exists());
    // Where there is neither, the name that an OASIS host is used to.
    here("namcouple")
        .or_else(|| here("experiment.yaml"))
        .or_else(|| Some("namcouple".into()))
}
