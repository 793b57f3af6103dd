//! The definition phase: domains, plans, channels, initial values.

use super::Session;
use crate::{
    accumulate::Window,
    by_file,
    code::Code,
    completion::{self, Known},
    conservation, coordinates, crew,
    error::Error,
    failure,
    gather::Gatherings,
    handshake, initial, opening,
    receiving::Receiving,
    remapping, resolve, restart,
    route::Route,
    sending::Sending,
    sharing, unfinished,
    variables::Direction,
};
use halocline_exchanges::partition::Partition;

impl Session {
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

    /// Own the box that Halocline chooses for this rank, as [`Session::end_definition`] does by itself where the
    /// experiment file starts the component by `worker:`.
    ///
    /// # Errors
    /// As [`Session::define_domain`].
    pub fn define_worker_box(&mut self, grid: &str) -> Result<(), Error> {
        let (rank, size) = (self.rank, self.size());
        let chosen = resolve::worker_box(self.spec(), &self.component, grid, rank, size)
            .map_err(|error| self.here(error))?;
        self.define_domain(grid, &chosen)
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
        outcome.inspect_err(|error| {
            self.heard.clone_from(&error.cause);
            failure::record(&self.component, self.rank, error);
        })
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
        let checked = chosen
            .and_then(|()| crew::size())
            .and_then(|_| sharing::is_wanted())
            .map_err(|error| self.here(error));
        let shares_memory = handshake::agree(self.world.as_mut(), &self.roll, checked)?;
        let routes = self.complete()?;
        coordinates::check(self.world.as_mut(), &self.roll, &self.experiment)?;
        self.open(&routes, shares_memory)?;
        self.name_slots();
        self.defined = true;
        self.send_initial(&routes)
    }

    /// Fill in what the experiment file leaves to the components. Collective.
    fn complete(&mut self) -> Result<Vec<Route>, Error> {
        let known = Known {
            spec: &self.experiment.spec,
            roll: &self.roll,
            component: &self.component,
            definitions: &self.definitions,
            uses_variables: self.uses_variables,
            domains: &self.domains,
        };
        let routes = completion::routes(self.world.as_mut(), &known);
        let routes = routes
            .and_then(unfinished::refuse)
            .and_then(restart::check_paths)
            .map_err(|error| self.here(error));
        let routes = routes.and_then(|routes| remapping::read_weights(routes, &self.experiment));
        let routes = routes.map_err(|error| error.at(&self.component, self.rank));
        let routes = handshake::agree(self.world.as_mut(), &self.roll, routes)?;
        self.experiment.spec.exchanges =
            routes.iter().map(|route| route.exchange.clone()).collect();
        Ok(routes)
    }

    /// Make plans and open channels. Collective.
    fn open(&mut self, routes: &[Route], shares_memory: bool) -> Result<(), Error> {
        let mut gatherings = Gatherings::default();
        let rank = self.world.rank();
        let folder = self.experiment.folder.clone();
        for route in routes {
            // All ranks plan all gatherings, also those that they have no part in.
            gatherings.plan(route, rank);
            if let Some(own) = &route.source {
                let sending = Sending::new(route, own, &gatherings, &folder);
                self.sendings.push(sending);
            }
            if let Some(own) = &route.target {
                let receiving = Receiving::new(route, own, &gatherings, &folder);
                self.receivings.push(receiving);
            }
        }
        let between = routes.iter().filter(|route| route.is_between_components());
        let conserved =
            conservation::plan(self.world.as_mut(), routes, &self.experiment, &self.roll)?;
        let sums = conserved.iter().flat_map(|conserved| &conserved.sums);
        let planned = between.chain(&gatherings.routes).chain(sums);
        let planned: Vec<Route> = planned.cloned().collect();
        let exchanges =
            opening::exchanges(self.world.as_mut(), &planned, &self.roll, shares_memory);
        let exchanges = exchanges.map_err(|error| self.here(error));
        let (outgoing, incoming) = handshake::agree(self.world.as_mut(), &self.roll, exchanges)?;
        let (mut outgoing, mut incoming) = (outgoing.into_iter(), incoming.into_iter());
        for route in routes {
            if let Some(own) = &route.source {
                let opened = if route.is_between_components() {
                    outgoing.next()
                } else {
                    Some(by_file::outgoing(route, own))
                };
                self.outgoing.extend(opened);
            }
            if let Some(own) = &route.target {
                let opened = if route.is_between_components() {
                    incoming.next()
                } else {
                    Some(by_file::incoming(route, own))
                };
                self.incoming.extend(opened);
            }
        }
        self.gathers = gatherings.open(outgoing.by_ref(), incoming.by_ref());
        let exchanges = (&mut self.outgoing[..], &mut self.incoming[..]);
        conservation::open(conserved, routes, exchanges, outgoing, incoming);
        self.expect_restarts();
        Ok(())
    }

    /// Note which fields each restart file of this rank must have.
    fn expect_restarts(&mut self) {
        for (sending, outgoing) in self.sendings.iter().zip(&self.outgoing) {
            let restart = sending.restart.as_ref();
            let Some(restart) = restart.filter(|restart| restart.is_lagged) else {
                continue;
            };
            if !self.gathers.is_writer(sending.gather) {
                continue;
            }
            for field in &outgoing.fields {
                self.restarts.expect(&restart.path, field);
            }
        }
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
        for definition in &mut self.definitions {
            definition.slots = match definition.direction {
                Direction::Send => self.sends.get(&definition.name).cloned(),
                Direction::Receive => self.receives.get(&definition.name).map(|slot| vec![*slot]),
            }
            .unwrap_or_default();
        }
    }

    /// Send the initial values of exchanges with a positive lag: they serve the get of date 0. Take up the windows that
    /// the end of the last run cut. Collective.
    fn send_initial(&mut self, routes: &[Route]) -> Result<(), Error> {
        let folder = self.experiment.folder.clone();
        let oasis = self.spec().oasis.unwrap_or_default();
        let values = initial::all_values(&folder, oasis.missing_restart, routes);
        let values = values.and_then(|values| self.restore_windows(routes).map(|()| values));
        let values = values.map_err(|error| self.here(error));
        let values = handshake::agree(self.world.as_mut(), &self.roll, values)?;
        for (exchange, mut arrays) in values {
            for (field, array) in arrays.iter_mut().enumerate() {
                if let Some(scale) = self.sendings[exchange].scale.filter(|_| array.is_raw) {
                    array.scale(scale);
                }
                self.hand_over(exchange, field, &array.view(), 0)?;
            }
        }
        Ok(())
    }

    fn restore_windows(&mut self, routes: &[Route]) -> Result<(), Error> {
        let sent = routes
            .iter()
            .filter_map(|route| Some((route, route.source.as_deref()?)));
        for (sending, (route, own)) in self.sendings.iter_mut().zip(sent) {
            let Some(restart) = sending.restart.as_ref().filter(|_| sending.accumulates()) else {
                continue;
            };
            for (window, field) in sending.windows.iter_mut().zip(&route.fields) {
                let levels = field.shape.levels;
                let read = restart::read_window(&restart.path, route, &field.sent, levels, own)?;
                if let Some((values, count)) = read {
                    *window = Window::restored(values, count);
                }
            }
        }
        Ok(())
    }
}
