//! Start, step, length, and the times of the watch.

use crate::{
    draft::{Draft, DraftTime, Key},
    duration::Seconds,
    problem::{Code, Problem},
};

pub(super) fn check(draft: &Draft, problems: &mut Vec<Problem>) {
    let time = &draft.time;
    problems.extend(start_exists(time));
    problems.extend(one_of_length_and_steps(time));
    problems.extend(positive("time.step", &time.step));
    problems.extend(positive("time.length", &time.length));
    problems.extend(length_divides(time));
    problems.extend(positive("watch.warn_after", &draft.warn_after));
    problems.extend(positive("watch.timeout", &draft.timeout));
    problems.extend(warning_before_timeout(draft));
}

/// A time that must be positive and is not.
pub(super) fn positive(what: &str, key: &Key<Seconds>) -> Option<Problem> {
    let (seconds, place) = key.both()?;
    let found = format!("'{what}' is {seconds}");
    (seconds.get() <= 0).then(|| {
        Problem::new(
            Code::NotPositive,
            place,
            found,
            "a positive time",
            "write a time of at least 1 s",
        )
    })
}

fn start_exists(time: &DraftTime) -> Option<Problem> {
    let (start, place) = time.start.both()?;
    let calendar = time.calendar.or(crate::Calendar::default())?;
    let days = calendar.days_in_month(start.year, start.month);
    (start.day > days).then(|| {
        Problem::new(
            Code::NoSuchDate,
            place,
            format!("the calendar '{calendar}' has no {start}"),
            format!(
                "a day from 1 to {days} in month {} of year {}",
                start.month, start.year
            ),
            "correct the day, or choose another 'time.calendar': gregorian, noleap or 360_day",
        )
    })
}

fn one_of_length_and_steps(time: &DraftTime) -> Option<Problem> {
    let problem = |place, found: &str, change: &str| {
        Problem::new(
            Code::OneOfTwo,
            place,
            found,
            "exactly one of 'length' and 'steps'",
            change,
        )
    };
    match (time.length.place, time.steps.place) {
        (Some(length), Some(steps)) => {
            let found = "'time' has both 'length' and 'steps'";
            Some(problem(steps, found, "remove one of the two").beside(length, "'length' is here"))
        }
        (None, None) => {
            let change = "add 'length: 10 days' or 'steps: 720'";
            time.place
                .map(|place| problem(place, "'time' has neither 'length' nor 'steps'", change))
        }
        _ => None,
    }
}

fn length_divides(time: &DraftTime) -> Option<Problem> {
    let ((length, place), (step, step_place)) = (time.length.both()?, time.step.both()?);
    multiple_of_step("time.length", *length, place, *step, step_place)
}

/// A time that must be a multiple of the step and is not.
pub(super) fn multiple_of_step(
    what: &str,
    found: Seconds,
    place: crate::place::Place,
    step: Seconds,
    step_place: crate::place::Place,
) -> Option<Problem> {
    if step.get() <= 0 || found.get() % step.get() == 0 {
        return None;
    }
    let below = found.get().div_euclid(step.get()) * step.get();
    let (below, above) = (Seconds(below), Seconds(below + step.get()));
    let change = if below == Seconds(0) {
        format!("write {above}, or change the step")
    } else {
        format!("write {below} or {above}, or change the step")
    };
    let problem = Problem::new(
        Code::NotAMultiple,
        place,
        format!("'{what}' is {found}, which the step of {step} does not divide"),
        format!("a multiple of {step}"),
        change,
    );
    Some(problem.beside(step_place, "the step"))
}

fn warning_before_timeout(draft: &Draft) -> Option<Problem> {
    let (warn_after, warn_place) = draft.warn_after.both()?;
    let (timeout, place) = draft.timeout.both()?;
    (timeout < warn_after).then(|| {
        Problem::new(
            Code::WrongValue,
            place,
            format!("'watch.timeout' is {timeout}, before the warning after {warn_after}"),
            format!("at least {warn_after}"),
            "make 'timeout' longer or 'warn_after' shorter",
        )
        .beside(warn_place, "the warning")
    })
}
