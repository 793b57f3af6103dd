//! One component's part in the coupling: the verbs that every door translates.
//!
//! Legal order of calls (each rank of the component makes them alike):
//! ```text
//! begin ─► define_domain* ─► end_definition ─► { send | receive | lend → give_back }* ─► finish
//!                                             (abort ends the job from anywhere)
//! ```

use crate::{
    block::Block,
    code::Code,
    error::{Error, known_names},
    failure,
    handshake::{self, Experiment, Roll},
    incoming::Incoming,
    initial,
    outgoing::{Outgoing, Put},
    progress::Progress,
    resolve,
    steps::{self, Step},
    wait,
};
use halocline_configs::CouplingSpec;
use halocline_exchanges::{
    partition::{OwnedCells, Partition},
    view::{View, ViewMut},
    world::{Patience, World},
};
use std::{collections::HashMap, path::Path};

/// What a send did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// Nothing is due at this date; the array was not touched.
    NotDue,
    /// Packed; the messages leave with the last field of the exchange.
    Stored,
    /// The messages are on their way.
    Sent,
}

/// What a receive did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// Nothing is due at this date; the array was not touched.
    NotDue,
    /// The array holds the values of this date.
    Received,
}

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
    outgoing: Vec<Outgoing>,
    incoming: Vec<Incoming>,
    sends: HashMap<String, Vec<Slot>>,
    receives: HashMap<String, Slot>,
    patience: Patience,
    end: i64,
    step: Option<i64>,
    progress: Progress,
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
            .map_err(|error| Error::from(error).at(component, first))
            .inspect_err(|error| failure::record(component, first, error))?;
        let (_, rank) = roll.place(world.rank());
        let experiment = Self::shared_experiment(world.as_mut(), &roll, experiment)
            .map_err(|error| error.at(component, rank))
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
            outgoing: Vec::new(),
            incoming: Vec::new(),
            sends: HashMap::new(),
            receives: HashMap::new(),
            patience,
            end,
            step: None,
            progress,
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

    /// Say which cells of a grid this rank owns.
    ///
    /// # Errors
    /// An unknown grid, a partition that does not fit it, a second definition, or a call after the definition phase.
    pub fn define_domain(&mut self, grid: &str, partition: &Partition) -> Result<(), Error> {
        if self.defined {
            return Err(self.here(Error::new(
                Code::Order,
                format!("domain on grid '{grid}' defined after end_definition"),
                "all domains before end_definition",
                "move the call up",
            )));
        }
        if self.domains.contains_key(grid) {
            return Err(self.here(Error::new(
                Code::Order,
                format!("a second domain on grid '{grid}'"),
                "one domain a grid and rank",
                "define several pieces as one orange or points partition",
            )));
        }
        let own =
            resolve::own_cells(self.spec(), grid, partition).map_err(|error| self.here(error))?;
        self.domains.insert(grid.to_owned(), own);
        Ok(())
    }

    /// End the definition phase: plans are made, channels opened, initial values sent. Collective over all ranks of the job.
    ///
    /// A worker that defined no domain gets boxes chosen by Halocline.
    ///
    /// # Errors
    /// A domain that an exchange needs and nobody defined, cells that two ranks own, a halo around cells
    /// that are no rectangle, initial values that cannot be read.
    pub fn end_definition(&mut self) -> Result<(), Error> {
        let outcome = self.plan_and_open();
        outcome.inspect_err(|error| failure::record(&self.component, self.rank, error))
    }

    fn plan_and_open(&mut self) -> Result<(), Error> {
        if self.defined {
            return Err(self.here(Error::new(
                Code::Order,
                "end_definition called twice",
                "one call",
                "remove the second",
            )));
        }
        let (spec, size) = (&self.experiment.spec, self.size());
        let chosen =
            resolve::worker_domains(spec, &self.component, self.rank, size, &mut self.domains);
        let checked =
            chosen.and_then(|()| resolve::check_domains(spec, &self.component, &self.domains));
        let checked = checked.map_err(|error| self.here(error));
        handshake::agree(self.world.as_mut(), &self.roll, checked)?;
        let exchanges = resolve::exchanges(
            self.world.as_mut(),
            &self.experiment.spec,
            &self.roll,
            &self.component,
            &self.domains,
        );
        let exchanges = exchanges.map_err(|error| self.here(error));
        let (outgoing, incoming) = handshake::agree(self.world.as_mut(), &self.roll, exchanges)?;
        self.outgoing = outgoing;
        self.incoming = incoming;
        self.name_slots();
        self.defined = true;
        self.send_initial()
    }

    fn name_slots(&mut self) {
        for (exchange, outgoing) in self.outgoing.iter().enumerate() {
            for (field, name) in outgoing.fields.iter().enumerate() {
                self.sends
                    .entry(name.clone())
                    .or_default()
                    .push((exchange, field));
            }
        }
        for (exchange, incoming) in self.incoming.iter().enumerate() {
            for (field, incoming) in incoming.fields.iter().enumerate() {
                self.receives
                    .insert(incoming.name.clone(), (exchange, field));
            }
        }
    }

    /// Send the initial values of exchanges with a positive lag: they serve the get of date 0. Collective.
    fn send_initial(&mut self) -> Result<(), Error> {
        let values = initial::all_values(&self.experiment, &self.outgoing, &self.domains)
            .map_err(|error| self.here(error));
        let values = handshake::agree(self.world.as_mut(), &self.roll, values)?;
        for (exchange, arrays) in values {
            for (field, array) in arrays.iter().enumerate() {
                self.put(exchange, field, &array.view(), 0)?;
            }
        }
        Ok(())
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
        self.check_date(field, date)?;
        let mut outcome = Sent::NotDue;
        for index in 0..slots.len() {
            let (exchange, number) = self.sends[field][index];
            let Some(target) = self.outgoing[exchange].due(date, self.end) else {
                continue;
            };
            self.check_sent_shape(exchange, number, &view)?;
            outcome = match self.put(exchange, number, &view, target)? {
                Put::Sent => Sent::Sent,
                Put::Stored => Sent::Stored,
            };
        }
        if outcome != Sent::NotDue {
            self.progress.reached(date);
        }
        Ok(outcome)
    }

    fn put(
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
        self.progress.reached(date);
        let progress = &mut self.progress;
        let late = |what: &str, seconds| progress.waiting(what, seconds);
        self.incoming[exchange]
            .get(
                self.world.as_mut(),
                self.patience,
                number,
                date,
                &mut view,
                late,
            )
            .map_err(|error| error.at(&self.component, self.rank))?;
        Ok(Received::Received)
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
            return Ok(self.incoming[exchange].lend_kept(number));
        }
        self.progress.reached(date);
        let progress = &mut self.progress;
        let late = |what: &str, seconds| progress.waiting(what, seconds);
        let block = self.incoming[exchange]
            .lend(self.world.as_mut(), self.patience, number, date, late)
            .map_err(|error| error.at(&self.component, self.rank))?;
        Ok(Some(block))
    }

    /// Take a lent block back.
    pub fn give_back(&mut self, block: Block) {
        if let Some((exchange, number)) = self.receives.get(&block.field).copied() {
            self.incoming[exchange].give_back(number, block);
        }
    }

    /// Go on to the next date at which something is due for this component; `None` at the end of the run.
    pub fn next_step(&mut self) -> Option<Step> {
        let step = steps::next(&self.incoming, &self.outgoing, self.step, self.end)?;
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

    /// Shape (i, j, level) of a sent field's own cells, and the halo width of the block of a received field.
    #[must_use]
    pub fn field_shape(&self, field: &str) -> Option<([usize; 3], usize)> {
        if let Some((exchange, number)) = self.receives.get(field).copied() {
            let incoming = &self.incoming[exchange];
            let block = incoming.block;
            return Some((
                [block.ni, block.nj, incoming.fields[number].levels],
                block.halo,
            ));
        }
        let (exchange, number) = *self.sends.get(field)?.first()?;
        let outgoing = &self.outgoing[exchange];
        let [ni, nj] = outgoing.local_shape;
        Some(([ni, nj, outgoing.levels[number]], 0))
    }

    /// Leave in order: waits until every message has left and every rank is here. Collective over all ranks of the job.
    ///
    /// # Errors
    /// An exchange that is still owed before the end of the run, another rank's failure,
    /// or a wait longer than `watch: timeout`.
    pub fn finish(&mut self) -> Result<(), Error> {
        if self.finished {
            return Err(self.here(Error::new(
                Code::Order,
                "finish called twice",
                "one call",
                "remove the second",
            )));
        }
        self.check_complete()?;
        let what =
            |_: &mut dyn World| "the last messages to be taken by their receivers".to_owned();
        wait::until(
            self.world.as_mut(),
            self.patience,
            |world| world.flushed(),
            what,
            |_, _| (),
        )?;
        self.progress.finished();
        self.world
            .close()
            .map_err(|error| Error::from(error).at(&self.component, self.rank))?;
        self.finished = true;
        Ok(())
    }

    /// Whether [`Session::finish`] has succeeded.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.finished
    }

    /// Tell every rank of this failure, then end the whole job with status 1.
    pub fn abort(&mut self, error: &Error) -> ! {
        failure::end_job(self.world.as_mut(), &self.component, self.rank, error)
    }

    /// End the whole job because this rank stops before [`Session::finish`]: the doors call it when the process exits.
    pub fn abandon(&mut self) -> ! {
        let error = self.early_end();
        failure::end_job(self.world.as_mut(), &self.component, self.rank, &error)
    }

    /// Whether every coupling date of the run has been served: a partner would wait for the rest.
    fn check_complete(&self) -> Result<(), Error> {
        let owed = self
            .outgoing
            .iter()
            .filter_map(|exchange| Some(("send", &exchange.name, exchange.owed(self.end)?)));
        let asked = self
            .incoming
            .iter()
            .filter_map(|exchange| Some(("receive", &exchange.name, exchange.owed(self.end)?)));
        let Some((verb, name, date)) = owed.chain(asked).next() else {
            return Ok(());
        };
        Err(self.here(Error::new(
            Code::Order,
            format!("finish before the {verb} of exchange '{name}' for date {date} s"),
            format!("every coupling date of the run, up to {} s", self.end),
            "run to the end, or shorten `time:` in the experiment file",
        )))
    }

    fn early_end(&self) -> Error {
        self.here(Error::new(
            Code::Order,
            format!(
                "the process ends before finish, at date {} s of {} s",
                self.progress.date(),
                self.end
            ),
            "every rank goes to the end of the run and calls finish",
            "see the end of this rank's log for why it stopped",
        ))
    }

    fn here(&self, error: Error) -> Error {
        error.at(&self.component, self.rank)
    }

    fn receive_slot(&self, field: &str) -> Result<Slot, Error> {
        self.receives
            .get(field)
            .copied()
            .ok_or_else(|| self.unknown(field, "receive"))
    }

    fn unknown(&self, field: &str, verb: &str) -> Error {
        if !self.defined {
            return self.here(Error::new(
                Code::Order,
                format!("{verb} of '{field}' before end_definition"),
                "end_definition first",
                "call it once after the domains are defined",
            ));
        }
        let known: Vec<&str> = if verb == "send" {
            self.sent_fields()
        } else {
            self.received_fields().collect()
        };
        let error = Error::new(
            Code::Name,
            format!(
                "{verb} of '{field}', which component '{}' has no part in",
                self.component
            ),
            known_names(field, known),
            format!(
                "correct the name, or add the field to an exchange {} '{}' in the experiment file",
                if verb == "send" { "from" } else { "to" },
                self.component
            ),
        );
        self.here(error.about(field))
    }

    fn check_date(&self, field: &str, date: i64) -> Result<(), Error> {
        if (0..self.end).contains(&date) {
            return Ok(());
        }
        Err(self.here(
            Error::new(
                Code::Date,
                format!("date {date} s is outside the run"),
                format!("0 <= date < {} s", self.end),
                "pass seconds since the start of the run; `time: length` of the experiment file sets the end",
            )
            .about(field),
        ))
    }

    fn check_sent_shape(
        &self,
        exchange: usize,
        field: usize,
        view: &View<'_>,
    ) -> Result<(), Error> {
        let outgoing = &self.outgoing[exchange];
        let ([ni, nj], levels) = (outgoing.local_shape, outgoing.levels[field]);
        let shape = view.layout.shape;
        if shape == [ni, nj, levels] || shape == [ni * nj, 1, levels] {
            return Ok(());
        }
        Err(self.here(wrong_shape(
            &outgoing.fields[field],
            shape,
            &[[ni, nj, levels]],
        )))
    }

    fn check_received_shape(
        &self,
        exchange: usize,
        field: usize,
        shape: [usize; 3],
    ) -> Result<(), Error> {
        let incoming = &self.incoming[exchange];
        let (block, levels) = (incoming.block, incoming.fields[field].levels);
        let own = [block.ni, block.nj, levels];
        let whole = [block.ni + 2 * block.halo, block.nj + 2 * block.halo, levels];
        if shape == own || shape == whole || shape == [block.ni * block.nj, 1, levels] {
            return Ok(());
        }
        let allowed: &[[usize; 3]] = if own == whole { &[own] } else { &[own, whole] };
        Err(self.here(wrong_shape(&incoming.fields[field].name, shape, allowed)))
    }
}

fn wrong_shape(field: &str, found: [usize; 3], allowed: &[[usize; 3]]) -> Error {
    let text = |[ni, nj, levels]: [usize; 3]| format!("({ni}, {nj}, {levels})");
    let allowed: Vec<String> = allowed.iter().map(|shape| text(*shape)).collect();
    Error::new(
        Code::Shape,
        format!("array of shape (i, j, level) = {}", text(found)),
        format!("shape {} for this rank's domain", allowed.join(" or, with halo, ")),
        "pass exactly the own cells of this rank (no halo unless the exchange has one), all levels of the field",
    )
    .about(field)
}

impl Drop for Session {
    /// A session that ends without finish tells the others, so that nobody waits for it.
    fn drop(&mut self) {
        if !self.finished {
            let error = self.early_end();
            failure::tell(self.world.as_mut(), &self.component, self.rank, &error);
        }
    }
}
