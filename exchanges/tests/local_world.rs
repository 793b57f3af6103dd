//! The world of threads: meetings, channels, notices, timeouts.

use halocline_exchanges::{
    local::LocalWorld,
    world::{Notice, Patience, World, WorldError},
};
use std::{thread, time::Duration};

fn pair() -> (LocalWorld, LocalWorld) {
    let mut worlds = LocalWorld::spawn(2).into_iter();
    (
        worlds.next().expect("rank 0"),
        worlds.next().expect("rank 1"),
    )
}

#[test]
fn a_sender_is_two_messages_ahead_of_the_one_that_landed() {
    let (mut from, mut to) = pair();
    let receiver = to.open_receiver(0, 7, 12, 1).expect("rank 0 exists");
    let sender = from.open_sender(1, 7, 12, 1).expect("rank 1 exists");
    for number in 0..3 {
        from.send_buffer(sender)
            .expect("it is open")
            .expect("a buffer is free")
            .fill(number);
        from.publish(sender, 12).expect("it was packed");
    }
    assert!(from.send_buffer(sender).expect("it is open").is_none());
    assert!(!from.flushed().expect("the job goes on"));
    for number in 0..3 {
        assert!(to.arrived(receiver).expect("the job goes on"));
        assert_eq!(to.message(receiver), [number; 12]);
        to.release(receiver).expect("it had arrived");
    }
    assert!(from.send_buffer(sender).expect("it is open").is_some());
    assert!(from.flushed().expect("the job goes on"));
    assert!(!to.arrived(receiver).expect("the job goes on"));
}

#[test]
fn a_meeting_that_one_rank_misses_ends_in_time_and_names_it() {
    let (mut here, _absent) = pair();
    here.set_patience(Patience {
        warn_after: Duration::ZERO,
        timeout: Duration::from_millis(20),
    });
    let error = here.gather_all(b"here").expect_err("rank 1 does not come");
    assert!(
        matches!(&error, WorldError::TimedOut { what, .. } if what.contains("absent: rank 1")),
        "{error}"
    );
}

#[test]
fn a_rank_that_missed_a_meeting_keeps_its_error_and_meets_nobody_out_of_step() {
    let (mut early, mut late) = pair();
    let impatient = |milliseconds| Patience {
        warn_after: Duration::ZERO,
        timeout: Duration::from_millis(milliseconds),
    };
    early.set_patience(impatient(20));
    let first = early.gather_all(b"a").expect_err("rank 1 is not here");
    late.gather_all(b"b")
        .expect("rank 0 was there before it gave up");
    // Out of step, the second meeting of both would succeed, for two different purposes.
    early.set_patience(impatient(10_000));
    late.set_patience(impatient(20));
    for again in [
        early.gather_all(b"c").map(|_| ()),
        early.split(0).map(|_| ()),
        early.close(),
    ] {
        let again = again.expect_err("this rank is out of step");
        assert_eq!(again.to_string(), first.to_string());
    }
    late.gather_all(b"d").expect_err("rank 0 does not come");
}

#[test]
fn a_notice_ends_the_meeting_of_the_others() {
    let (mut fails, mut waits) = pair();
    let notice = Notice {
        component: "ocean".into(),
        rank: 0,
        message: "the namelist is missing".into(),
    };
    let announced = notice.clone();
    let waiting = thread::spawn(move || waits.gather_all(&[]));
    fails.announce(&announced);
    let heard = waiting.join().expect("no panic");
    assert!(matches!(heard, Err(WorldError::Ended(heard)) if heard == notice));
    assert_eq!(fails.notice(), None);
}

#[test]
fn a_rank_that_left_keeps_nobody_waiting() {
    let (gone, mut here) = pair();
    let receiver = here.open_receiver(0, 1, 8, 1).expect("rank 0 exists");
    drop(gone);
    assert!(here.arrived(receiver).is_err());
    assert!(here.gather_all(&[]).is_err());
}

#[test]
fn messages_that_are_too_long_are_an_error() {
    let (mut from, mut to) = pair();
    let receiver = to.open_receiver(0, 1, 8, 1).expect("rank 0 exists");
    let sender = from.open_sender(1, 1, 16, 1).expect("rank 1 exists");
    from.send_buffer(sender).expect("it is open");
    from.publish(sender, 16).expect("zeros are a message");
    assert!(to.arrived(receiver).is_err());
}

#[test]
fn a_message_in_pieces_is_sent_when_there_are_buffers_for_all_of_them() {
    let (mut from, mut to) = pair();
    let receiver = to.open_receiver(0, 7, 8, 3).expect("rank 0 exists");
    let sender = from.open_sender(1, 7, 8, 3).expect("rank 1 exists");
    let mut sent = 0;
    for _ in 0..2 {
        assert!(from.has_room(sender).expect("it is open"));
        for _ in 0..3 {
            let buffer = from.send_buffer(sender).expect("it is open");
            buffer.expect("room was promised").fill(sent);
            from.publish(sender, usize::from(sent))
                .expect("it was packed");
            sent += 1;
        }
    }
    // One has landed.
    assert!(!from.has_room(sender).expect("it is open"));
    for number in 0..6 {
        assert!(to.arrived(receiver).expect("the job goes on"));
        assert_eq!(to.message(receiver), vec![number; usize::from(number)]);
        to.release(receiver).expect("it had arrived");
        assert_eq!(from.has_room(sender).expect("it is open"), number > 0);
    }
}
