//! Puts whose values do not go straight to the wire: accumulated, scaled, looked at, written to restart and output files.

use super::{Sent, Session, Slot};
use crate::{
    error::Error,
    field_files::Record,
    outgoing::Put,
    restart::{self, window_names},
    summary::Summary,
    values,
};
use halocline_configs::Status;
use halocline_exchanges::view::View;
use std::path::PathBuf;

impl Session {
    /// Hand a field that has the right shape to one exchange.
    pub(super) fn put_slot(
        &mut self,
        slot: Slot,
        view: &View<'_>,
        date: i64,
        write_restart: bool,
    ) -> Result<Sent, Error> {
        let (exchange, field) = slot;
        let target = self.outgoing[exchange].due(date, self.end);
        if self.sendings[exchange].is_plain() {
            return target.map_or(Ok(Sent::NotDue), |target| {
                self.send_now(exchange, field, view, target)
            });
        }
        let sending = &mut self.sendings[exchange];
        let carries = target.is_none() && sending.carries_over(date, self.end);
        let acts = target.is_some() || carries;
        if acts {
            let acted = self.sequence.act(&sending.name, sending.sequence, date);
            acted.map_err(|error| error.at(&self.component, self.rank))?;
        }
        sending.take_in(field, view, date).map_err(|error| {
            let name = &self.outgoing[exchange].fields[field];
            error.about(name).at(&self.component, self.rank)
        })?;
        if !acts {
            return self.stay(slot, date, write_restart);
        }
        // Taken out while it is used, so that it can be changed; no memory is asked for.
        let mut made = sending.take_out(field, view);
        let outcome = self.act(slot, view, made.as_deref_mut(), date, target, write_restart);
        if let Some(made) = made {
            self.sendings[exchange].put_back(field, made);
        }
        outcome
    }

    /// What a put between two dates does.
    fn stay(&mut self, slot: Slot, date: i64, write_restart: bool) -> Result<Sent, Error> {
        let (exchange, field) = slot;
        if !self.sendings[exchange].accumulates() {
            return Ok(Sent::NotDue);
        }
        if write_restart {
            self.write_dated_window(exchange, field, date)?;
        }
        Ok(Sent::Accumulated)
    }

    fn send_now(
        &mut self,
        exchange: usize,
        field: usize,
        view: &View<'_>,
        target: i64,
    ) -> Result<Sent, Error> {
        self.release_returned();
        Ok(match self.hand_over(exchange, field, view, target)? {
            Put::Sent => Sent::Sent,
            Put::Stored => Sent::Stored,
        })
    }

    /// What a put at a date does; `made` are the values of the date where they are others than those of `view`.
    fn act(
        &mut self,
        (exchange, field): Slot,
        view: &View<'_>,
        mut made: Option<&mut [f64]>,
        date: i64,
        target: Option<i64>,
        write_restart: bool,
    ) -> Result<Sent, Error> {
        let shape = self.sendings[exchange].shapes[field];
        if target.is_none() || write_restart {
            let view = made
                .as_deref()
                .map_or(*view, |made| values::view_of(made, shape));
            if target.is_none() {
                self.write_restart_field(exchange, field, &view)?;
            }
            if write_restart {
                self.write_dated_field(exchange, field, &view, date)?;
            }
        }
        if let (Some(scale), Some(made)) = (self.sendings[exchange].scale, made.as_deref_mut()) {
            made.iter_mut()
                .for_each(|value| *value = scale.apply(*value));
        }
        let view = made
            .as_deref()
            .map_or(*view, |made| values::view_of(made, shape));
        if self.sendings[exchange].check {
            self.look_at_sent(exchange, field, &view, date)?;
        }
        let status = self.sendings[exchange].status;
        let outcome = match target {
            None => Sent::ToRestart,
            Some(target) => self.send_now(exchange, field, &view, target)?,
        };
        if matches!(status, Status::Output | Status::Expout) {
            self.write_sent(exchange, field, &view, date)?;
            let is_sent = target.is_none() || status == Status::Expout;
            let outcome = if is_sent { outcome } else { Sent::NotDue };
            return Ok(outcome.with_output());
        }
        Ok(outcome)
    }

    fn write_sent(
        &mut self,
        exchange: usize,
        field: usize,
        view: &View<'_>,
        date: i64,
    ) -> Result<(), Error> {
        let sending = &self.sendings[exchange];
        let Some(gather) = self.gathers.of(sending.gather) else {
            return Ok(());
        };
        let record = Record {
            field: &self.outgoing[exchange].fields[field],
            exchange: sending.number,
            date,
            size: sending.size,
            levels: view.layout.shape[2],
        };
        let files = &mut self.files;
        gather
            .field(self.world.as_mut(), self.patience, view, |level, values| {
                files.write(record, level, values)
            })
            .map_err(|error| error.at(&self.component, self.rank))
    }

    fn look_at_sent(
        &mut self,
        exchange: usize,
        field: usize,
        view: &View<'_>,
        date: i64,
    ) -> Result<(), Error> {
        let sending = &self.sendings[exchange];
        let Some(gather) = self.gathers.of(sending.gather) else {
            return Ok(());
        };
        let summary = Summary::of(gather, self.world.as_mut(), self.patience, view)
            .map_err(|error| error.at(&self.component, self.rank))?;
        if let Some(summary) = summary {
            let name = &self.outgoing[exchange].fields[field];
            tracing::info!(
                "exchange '{}' sends '{name}' at {date} s: {summary}",
                sending.name
            );
        }
        Ok(())
    }

    /// Write what the first receive of the next run gets.
    fn write_restart_field(
        &mut self,
        exchange: usize,
        field: usize,
        view: &View<'_>,
    ) -> Result<(), Error> {
        let sending = &self.sendings[exchange];
        let (Some(gather), Some(restart)) = (self.gathers.of(sending.gather), &sending.restart)
        else {
            return Ok(());
        };
        let name = &self.outgoing[exchange].fields[field];
        let (size, levels) = (sending.size, view.layout.shape[2]);
        let restarts = &mut self.restarts;
        gather
            .field(self.world.as_mut(), self.patience, view, |level, values| {
                restarts.write(&restart.path, name, size, [level, levels], values)
            })
            .map_err(|error| error.at(&self.component, self.rank))
    }

    fn write_dated_field(
        &mut self,
        exchange: usize,
        field: usize,
        view: &View<'_>,
        date: i64,
    ) -> Result<(), Error> {
        let name = self.outgoing[exchange].fields[field].clone();
        self.write_dated(exchange, &name, view, None, date)
    }

    fn write_dated_window(
        &mut self,
        exchange: usize,
        field: usize,
        date: i64,
    ) -> Result<(), Error> {
        let number = self.sendings[exchange].number;
        let names = window_names(number, &self.outgoing[exchange].fields[field]);
        let shape = self.sendings[exchange].shapes[field];
        let window = std::mem::take(&mut self.sendings[exchange].windows[field]);
        let view = values::view_of(&window.values, shape);
        let count = Some((names[1].as_str(), window.count));
        let outcome = self.write_dated(exchange, &names[0], &view, count, date);
        self.sendings[exchange].windows[field] = window;
        outcome
    }

    fn write_dated(
        &mut self,
        exchange: usize,
        name: &str,
        view: &View<'_>,
        count: Option<(&str, u32)>,
        date: i64,
    ) -> Result<(), Error> {
        let sending = &self.sendings[exchange];
        let (Some(gather), Some(restart)) = (self.gathers.of(sending.gather), &sending.restart)
        else {
            return Ok(());
        };
        let path = restart::dated(&restart.path, date);
        let (size, levels) = (sending.size, view.layout.shape[2]);
        let restarts = &mut self.restarts;
        gather
            .field(self.world.as_mut(), self.patience, view, |level, values| {
                restarts.write_dated(&path, name, size, [level, levels], values, count)
            })
            .map_err(|error| error.at(&self.component, self.rank))
    }

    /// Write the windows that the end of the run cuts into their restart files. Called by all ranks of the component.
    pub(super) fn save_windows(&mut self) -> Result<(), Error> {
        let mut paths: Vec<PathBuf> = Vec::new();
        for sending in self.sendings.iter().filter(|sending| sending.accumulates()) {
            let path = sending.restart.as_ref().map(|restart| restart.path.clone());
            paths.extend(path.filter(|path| !paths.contains(path)));
        }
        for path in paths {
            self.save_windows_of(&path)
                .map_err(|error| error.at(&self.component, self.rank))?;
        }
        self.restarts.clear();
        Ok(())
    }

    fn save_windows_of(&mut self, path: &PathBuf) -> Result<(), Error> {
        let of_path: Vec<usize> = (0..self.sendings.len())
            .filter(|exchange| {
                let sending = &self.sendings[*exchange];
                let restart = sending.restart.as_ref();
                sending.accumulates() && restart.is_some_and(|restart| restart.path == *path)
            })
            .collect();
        let sendings = &self.sendings;
        let is_writer = |exchange: &usize| self.gathers.is_writer(sendings[*exchange].gather);
        let writes = of_path.iter().any(is_writer);
        let holds_puts = of_path.iter().any(|exchange| {
            let mut windows = sendings[*exchange].windows.iter();
            windows.any(|window| window.count > 0)
        });
        let mut file = if writes && (holds_puts || path.exists()) {
            self.restarts.add_windows(path)?
        } else {
            None
        };
        for exchange in of_path {
            let sending = &self.sendings[exchange];
            let Some(gather) = self.gathers.of(sending.gather) else {
                continue;
            };
            for (field, window) in sending.windows.iter().enumerate() {
                let names = window_names(sending.number, &self.outgoing[exchange].fields[field]);
                let shape = sending.shapes[field];
                if window.count > 0 {
                    let view = values::view_of(&window.values, shape);
                    let (world, size) = (self.world.as_mut(), sending.size);
                    let write = |level: usize, values: &[f64]| match &mut file {
                        Some(file) => file.write(&names[0], size, [level, shape[2]], values),
                        None => Ok(()),
                    };
                    gather.field(world, self.patience, &view, write)?;
                }
                if let Some(file) = &mut file {
                    file.count(&names[1], window.count)?;
                }
            }
        }
        file.map_or(Ok(()), restart::Windows::close)
    }
}
