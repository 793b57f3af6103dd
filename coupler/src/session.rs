//! One component's part in the coupling: the verbs that every door translates.
//!
//! Legal order of calls (each rank of the component makes them alike):
//! ```text
//! begin ─► define_domain* ─► end_definition ─► { send | receive | lend → give_back }* ─► finish
//!                                             (abort ends the job from anywhere)
//! ```

mod checks;
mod definition;
mod ending;
mod halo_variables;
mod outputs;
mod treated_receives;
mod treated_sends;
mod variables;

pub use crate::outcome::{Received, Sent};
use crate::{
    block::{Block, Role, Storage},
    error::Error,
    failure,
    field_files::FieldFiles,
    gather::Gathers,
    handshake::{self, Experiment, Roll},
    incoming::Incoming,
    outgoing::{Outgoing, Put},
    progress::Progress,
    receiving::Receiving,
    resolve,
    restart::RestartFiles,
    sending::Sending,
    sequence::Sequence,
    start,
    steps::{self, Step},
    variables::Definition,
};
use halocline_configs::CouplingSpec;
use halocline_exchanges::{
    partition::OwnedCells,
    view::{View, ViewMut},
    world::{Notice, Patience, World},
};
use std::{collections::HashMap, path::Path};

/// Where in its exchange a field is.
type Slot = (usize, usize);

/// One rank's part in the coupling.
pub struct Session {
    world: Box<dyn World>,
    component: String,
    rank: usize,
    local_communicator: i32,
    roll: Roll,
    experiment: Experiment,
    domains: HashMap<String, OwnedCells>,
    /// Variables that the model defines itself.
    definitions: Vec<Definition>,
    /// Whether it asked for any, also such that the experiment does not mention.
    uses_variables: bool,
    outgoing: Vec<Outgoing>,
    incoming: Vec<Incoming>,
    /// For each of `outgoing` and `incoming` what is done with its values besides.
    sendings: Vec<Sending>,
    receivings: Vec<Receiving>,
    gathers: Gathers,
    restarts: RestartFiles,
    files: FieldFiles,
    sequence: Sequence,
    sends: HashMap<String, Vec<Slot>>,
    receives: HashMap<String, Slot>,
    /// Memory of outputs of our own, between two lends.
    spare_outputs: HashMap<String, Storage>,
    patience: Patience,
    end: i64,
    step: Option<i64>,
    progress: Progress,
    /// The failure of another rank that a call of this one has returned.
    heard: Option<Notice>,
    defined: bool,
    finished: bool,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("component", &self.component)
            .field("rank", &self.rank)
            .finish_non_exhaustive()
    }
}

impl Session {
    /// Take part in the coupling as `component`. Collective over all ranks of the job.
    ///
    /// The experiment file is `experiment`, else `$HALOCLINE_EXPERIMENT`, else `experiment.yaml` here;
    /// the first rank of each component reads it, and all must read the same.
    ///
    /// # Errors
    /// An unreadable or wrong experiment file, different files on two sides, a component that the file
    /// does not know or that nobody started. Every rank gets an error; one of them the cause, the others its name.
    pub fn begin(
        mut world: Box<dyn World>,
        component: &str,
        experiment: Option<&Path>,
    ) -> Result<Self, Error> {
        let first = world.rank();
        let roll = Roll::call(world.as_mut(), component)
            .map_err(|error| start::late(error.into()).at(component, first))
            .inspect_err(|error| failure::record(component, first, error))?;
        let (_, rank) = roll.place(world.rank());
        let experiment = Self::shared_experiment(world.as_mut(), &roll, experiment)
            .map_err(|error| start::late(error).at(component, rank))
            .inspect_err(|error| failure::record(component, rank, error))?;
        let patience = resolve::patience(&experiment.spec);
        world.set_patience(patience);
        let local_communicator = world.split(roll.color(world.rank()))?;
        let end = resolve::length_seconds(&experiment.spec);
        let progress = Progress::new(
            component,
            rank,
            end,
            resolve::step_seconds(&experiment.spec),
        );
        let format = resolve::format(&experiment.spec);
        let files = FieldFiles::new(&experiment.folder, component, format);
        tracing::debug!(
            "component '{component}' rank {rank} of {}",
            roll.size(component)
        );
        Ok(Self {
            world,
            component: component.to_owned(),
            rank,
            local_communicator,
            roll,
            experiment,
            domains: HashMap::new(),
            definitions: Vec::new(),
            uses_variables: false,
            outgoing: Vec::new(),
            incoming: Vec::new(),
            sendings: Vec::new(),
            receivings: Vec::new(),
            gathers: Gathers::default(),
            restarts: RestartFiles::new(format),
            files,
            sequence: Sequence::default(),
            sends: HashMap::new(),
            receives: HashMap::new(),
            spare_outputs: HashMap::new(),
            patience,
            end,
            step: None,
            progress,
            heard: None,
            defined: false,
            finished: false,
        })
    }

    /// The experiment that all ranks share, with all its components in the job.
    fn shared_experiment(
        world: &mut dyn World,
        roll: &Roll,
        argument: Option<&Path>,
    ) -> Result<Experiment, Error> {
        let experiment = handshake::read_experiment(world, roll, argument)?;
        let present = resolve::check_components(&experiment.spec, roll);
        handshake::agree(world, roll, present)?;
        Ok(experiment)
    }

    /// The experiment.
    #[must_use]
    pub fn spec(&self) -> &CouplingSpec {
        &self.experiment.spec
    }

    /// Format of the netCDF files that are written.
    #[must_use]
    pub fn file_format(&self) -> halocline_gridfiles::Format {
        resolve::format(&self.experiment.spec)
    }

    /// Folder of the experiment file: names of files in it are relative to this.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.experiment.folder
    }

    /// Name of this component.
    #[must_use]
    pub fn component(&self) -> &str {
        &self.component
    }

    /// Rank within the component.
    #[must_use]
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// Number of ranks of the component.
    #[must_use]
    pub fn size(&self) -> usize {
        self.roll.size(&self.component)
    }

    /// First date after the run [s since its start].
    #[must_use]
    pub fn length_seconds(&self) -> i64 {
        self.end
    }

    /// Fortran handle of the communicator of this component's ranks; freed at [`Session::finish`].
    #[must_use]
    pub fn local_communicator(&self) -> i32 {
        self.local_communicator
    }

    /// This rank's own cells of a grid, once defined.
    #[must_use]
    pub fn domain(&self, grid: &str) -> Option<&OwnedCells> {
        self.domains.get(grid)
    }

    /// Send a field: own cells of this rank, axes (i, j, level), at `date` [s since the start of the run].
    ///
    /// Never waits for a computing receiver; it waits only while the two messages before it are both in flight.
    ///
    /// # Errors
    /// A name that this component does not send, a wrong shape, a date outside the run or out of order,
    /// another rank's failure.
    pub fn send(&mut self, field: &str, view: View<'_>, date: i64) -> Result<Sent, Error> {
        let Some(slots) = self.sends.get(field) else {
            return Err(self.unknown(field, "send"));
        };
        let count = slots.len();
        self.check_date(field, date)?;
        let mut outcome = Sent::NotDue;
        for index in 0..count {
            let (exchange, number) = self.sends[field][index];
            if self.reads_put(exchange, date) {
                self.check_sent_shape(exchange, number, &view)?;
                outcome = outcome.and(self.put_slot((exchange, number), &view, date, false)?);
            }
        }
        if outcome != Sent::NotDue {
            self.progress.reached(date);
        }
        Ok(outcome)
    }

    /// Whether a put at `date` would read its array.
    fn reads_put(&self, exchange: usize, date: i64) -> bool {
        let sending = &self.sendings[exchange];
        self.outgoing[exchange].due(date, self.end).is_some()
            || sending.accumulates()
            || sending.carries_over(date, self.end)
    }

    fn hand_over(
        &mut self,
        exchange: usize,
        field: usize,
        view: &View<'_>,
        target: i64,
    ) -> Result<Put, Error> {
        let progress = &mut self.progress;
        let late = |what: &str, seconds| progress.waiting(what, seconds);
        self.outgoing[exchange]
            .put(
                self.world.as_mut(),
                self.patience,
                field,
                view,
                target,
                late,
            )
            .map_err(|error| error.at(&self.component, self.rank))
    }

    /// Receive a field at `date` into own cells (or own cells with the halo of the exchange), axes (i, j, level).
    ///
    /// Waits for the messages of this date.
    ///
    /// # Errors
    /// As [`Session::send`]; also a wait longer than `watch: timeout`.
    pub fn receive(
        &mut self,
        field: &str,
        mut view: ViewMut<'_>,
        date: i64,
    ) -> Result<Received, Error> {
        let (exchange, number) = self.receive_slot(field)?;
        self.check_date(field, date)?;
        if !self.incoming[exchange].due(number, date) {
            return Ok(Received::NotDue);
        }
        self.check_received_shape(exchange, number, view.layout.shape)?;
        self.get_slot((exchange, number), &mut view, date)
    }

    /// Write 1 where some rank sends a value of a received field, 0 where it gets the fill value.
    ///
    /// The array has the shape of own cells, or of the block with its halo: axes (i, j, level).
    ///
    /// # Errors
    /// A name that this component does not receive, a wrong shape.
    pub fn mask(&self, field: &str, mut view: ViewMut<'_>) -> Result<(), Error> {
        let (exchange, number) = self.receive_slot(field)?;
        self.check_received_shape(exchange, number, view.layout.shape)?;
        self.incoming[exchange].mask(number, &mut view);
        Ok(())
    }

    /// Lend the halo-complete block of a field at `date`; `None` where nothing is due and nothing is held.
    ///
    /// The caller owns the block until [`Session::give_back`]; what no sender rewrites (fill, closed halos) is
    /// written anew at each lend. Static and held fields are lent as a private copy.
    ///
    /// # Errors
    /// As [`Session::receive`].
    pub fn lend(&mut self, field: &str, date: i64) -> Result<Option<Block>, Error> {
        let (exchange, number) = self.receive_slot(field)?;
        self.check_date(field, date)?;
        if !self.incoming[exchange].due(number, date) {
            let mut kept = self.incoming[exchange].lend_kept(number);
            if let Some(block) = &mut kept {
                self.treat_kept((exchange, number), block);
            }
            return Ok(kept);
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

    /// Let senders write again into blocks that nobody holds any more: a wait for one exchange must not hold up another.
    pub(crate) fn release_returned(&mut self) {
        self.incoming.iter_mut().for_each(Incoming::release_closed);
    }

    /// Take a lent block back.
    pub fn give_back(&mut self, block: Block) {
        if block.role == Role::Output {
            if let own @ (Storage::F32(_) | Storage::F64(_)) = block.storage {
                self.spare_outputs.insert(block.field, own);
            }
            return;
        }
        if let Some((exchange, number)) = self.receives.get(&block.field).copied() {
            self.incoming[exchange].give_back(number, block);
        }
    }

    /// Go on to the next date at which something is due for this component; `None` at the end of the run.
    pub fn next_step(&mut self) -> Option<Step> {
        let step = steps::next(
            &self.incoming,
            &self.outgoing,
            &self.sendings,
            self.step,
            self.end,
        )?;
        self.step = Some(step.date);
        Some(step)
    }

    /// Fields that this component receives, in the order of the experiment file.
    pub fn received_fields(&self) -> impl Iterator<Item = &str> {
        self.incoming
            .iter()
            .flat_map(|exchange| exchange.fields.iter().map(|field| field.name.as_str()))
    }

    /// Fields that this component sends, in the order of the experiment file; one sent to several targets comes once.
    pub fn sent_fields(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for name in self.outgoing.iter().flat_map(|exchange| &exchange.fields) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        names
    }

    /// Shape (i, j, level) of the array that a field is sent from: own cells.
    #[must_use]
    pub fn sent_shape(&self, field: &str) -> Option<[usize; 3]> {
        let (exchange, number) = *self.sends.get(field)?.first()?;
        let outgoing = &self.outgoing[exchange];
        let [ni, nj] = outgoing.local_shape;
        Some([ni, nj, outgoing.levels[number]])
    }

    /// Shape (i, j, level) of the own cells that a field is received into, and the width of the halo that may be around.
    ///
    /// Cells in one axis (apple, orange, points) that form a rectangle have its two axes here where there is a halo.
    #[must_use]
    pub fn received_shape(&self, field: &str) -> Option<([usize; 3], usize)> {
        let (exchange, number) = *self.receives.get(field)?;
        let incoming = &self.incoming[exchange];
        let block = incoming.block;
        let levels = incoming.fields[number].levels;
        Some(([block.ni, block.nj, levels], block.halo))
    }
}
