//! The definition phase: domains, plans, channels, initial values.

use super::Session;
use crate::{
    code::Code,
    completion::{self, Known},
    coordinates, crew,
    error::Error,
    failure, handshake, initial, opening, remapping, resolve,
    route::Route,
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
        let exchanges = opening::exchanges(self.world.as_mut(), routes, &self.roll, shares_memory);
        let exchanges = exchanges.map_err(|error| self.here(error));
        let (outgoing, incoming) = handshake::agree(self.world.as_mut(), &self.roll, exchanges)?;
        self.outgoing = outgoing;
        self.incoming = incoming;
        Ok(())
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

    /// Send the initial values of exchanges with a positive lag: they serve the get of date 0. Collective.
    fn send_initial(&mut self, routes: &[Route]) -> Result<(), Error> {
        let values =
            initial::all_values(&self.experiment.folder, routes).map_err(|error| self.here(error));
        let values = handshake::agree(self.world.as_mut(), &self.roll, values)?;
        for (exchange, arrays) in values {
            for (field, array) in arrays.iter().enumerate() {
                self.hand_over(exchange, field, &array.view(), 0)?;
            }
        }
        Ok(())
    }
}
