//! How a session ends: in order, by an error, or because its process stops.

use super::Session;
use crate::{code::Code, error::Error, failure, incoming::Incoming, rest::Rest, wait};
use halocline_exchanges::world::{Notice, World, WorldError};

impl Session {
    /// Leave in order: waits until every message has left and every rank is here, however long the others go on alone.
    /// Collective over all ranks of the job.
    ///
    /// Models that define variables of their own may leave before the end of the run: namcouples give a longer one, to
    /// be on the safe side.
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
        self.save_windows()?;
        self.incoming.iter_mut().for_each(Incoming::leave);
        let what =
            |_: &mut dyn World| "the last messages to be taken by their receivers".to_owned();
        wait::until(
            self.world.as_mut(),
            self.patience,
            &Rest::default(),
            |world| world.flushed(),
            what,
            |_, _| (),
        )?;
        self.progress.finished();
        for outgoing in &self.outgoing {
            let (sent, waited) = outgoing.waits();
            tracing::info!(
                "exchange '{}': {sent} sent, {waited} of them waited for earlier ones to be taken",
                outgoing.name
            );
        }
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
        let mut error = error.clone();
        if error.is_consequence() && error.cause.is_none() {
            // A door may have made the error anew from its text.
            error.cause = self.told();
        }
        failure::end_job(self.world.as_mut(), &self.component, self.rank, &error)
    }

    /// End the whole job because this rank stops before [`Session::finish`]: the doors call it when the process exits.
    pub fn abandon(&mut self) -> ! {
        let error = self.early_end();
        failure::end_job(self.world.as_mut(), &self.component, self.rank, &error)
    }

    /// Whether every coupling date of the run has been served: a partner would wait for the rest.
    ///
    /// Models that define variables may end before the run does, as their own input tells them when: the log says so.
    fn check_complete(&self) -> Result<(), Error> {
        let sends = self.outgoing.iter().zip(&self.sendings);
        let sends = sends.filter_map(|(exchange, sending)| {
            let date = exchange.owed(self.end)?;
            if sending.is_open {
                tracing::warn!(
                    "exchange '{}' was not sent for {date} s and later",
                    exchange.name
                );
                return None;
            }
            let fields = exchange.fields.iter().map(String::as_str).collect();
            Some(("send", &exchange.name, exchange.clock, date, fields))
        });
        let receives = self.incoming.iter().zip(&self.receivings);
        let receives = receives.filter_map(|(exchange, receiving)| {
            let date = exchange.owed(self.end)?;
            if receiving.is_open {
                tracing::warn!(
                    "exchange '{}' was not received for {date} s and later",
                    exchange.name
                );
                return None;
            }
            let fields: Vec<&str> = exchange
                .fields
                .iter()
                .map(|field| field.name.as_str())
                .collect();
            Some(("receive", &exchange.name, exchange.clock, date, fields))
        });
        let owed: Vec<_> = sends.chain(receives).collect();
        let Some((verb, name, clock, date, fields)) = owed.into_iter().next() else {
            return Ok(());
        };
        let last = clock.last_get(self.end);
        Err(self.here(Error::new(
            Code::Order,
            format!("finish before the {verb} of exchange '{name}' for date {date} s"),
            format!("a {verb} for every coupling date of the exchange, the last is {last} s"),
            format!(
                "call {verb} for {} at each of them before finish; if the run shall end earlier, shorten `time:` in the experiment file",
                fields.join(", ")
            ),
        )))
    }

    /// The failure of another rank that this one knows of.
    fn told(&mut self) -> Option<Notice> {
        self.heard.clone().or_else(|| self.world.notice())
    }

    /// Why this rank stops before finish: because of another one, where it knows of such.
    fn early_end(&mut self) -> Error {
        if let Some(notice) = self.told() {
            return WorldError::Ended(notice).into();
        }
        self.here(Error::new(
            Code::Order,
            format!(
                "the process ends, or ends MPI, before finish, at date {} s of {} s",
                self.progress.date(),
                self.end
            ),
            "every rank goes to the end of the run and calls finish",
            "see the end of this rank's log for why it stopped",
        ))
    }
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
