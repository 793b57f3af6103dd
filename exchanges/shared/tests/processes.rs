//! Segments between real processes: a child opens what the parent offers and sends through it.

use halocline_exchanges::place::BlockMemory;
use halocline_exchanges_shared::{
    Inbox, InboxShape, Outbox, Part, Peer, Segment, ShareError, Ticket, inbox::Address,
};
use std::{env, process::Command, time::Duration};

const MESSAGES: u32 = 200;
const CELLS: usize = 3000;
const TASK: &str = "HALOCLINE_TEST_SENDER";

fn shape(senders: usize) -> InboxShape {
    InboxShape {
        senders,
        parts: vec![CELLS * 8, 40],
    }
}

fn write_words(words: &[usize]) -> String {
    let words: Vec<String> = words.iter().map(usize::to_string).collect();
    words.join(" ")
}

/// What a child is told: ticket, address, which half of the cells is its own.
fn task(ticket: &Ticket, address: Address, half: usize) -> String {
    write_words(&[
        ticket.process as usize,
        ticket.descriptor as usize,
        ticket.bytes as usize,
        ticket.nonce as usize,
        address.released,
        address.sender,
        address.slots[0],
        address.slots[1],
        address.slot_bytes,
        half,
        address.chosen,
    ])
}

/// The child: not a test of its own unless it is started as one.
#[test]
fn sender() {
    let Ok(task) = env::var(TASK) else { return };
    let words: Vec<usize> = task
        .split(' ')
        .map(|word| word.parse().expect("a number"))
        .collect();
    let ticket = Ticket {
        process: u32::try_from(words[0]).expect("a process number"),
        descriptor: u32::try_from(words[1]).expect("a descriptor"),
        bytes: words[2] as u64,
        nonce: words[3] as u64,
    };
    let address = Address {
        released: words[4],
        chosen: words[10],
        sender: words[5],
        slots: [words[6], words[7]],
        slot_bytes: words[8],
    };
    let peer = Peer::open(&ticket).expect("the parent's memory opens");
    let mut outbox = Outbox::new(&peer, address);
    let half = words[9];
    for message in 1..=MESSAGES {
        while !outbox.is_free() {
            std::thread::yield_now();
        }
        let values: Vec<f64> = (0..CELLS / 2)
            .map(|cell| f64::from(message) + (half * CELLS / 2 + cell) as f64 * 1e-6)
            .collect();
        let mut slot = outbox.slot();
        // Both ways of writing in turn.
        if message % 2 == 0 {
            slot.stream(0, half * CELLS / 2, &values);
        } else {
            slot.row_mut::<f64>(0, half * CELLS / 2, CELLS / 2)
                .copy_from_slice(&values);
        }
        drop(slot);
        outbox.publish(i64::from(message) * 60);
    }
}

#[test]
fn two_processes_fill_one_block() {
    let mut segment = Segment::create(&[shape(2)]).expect("memory to share");
    let bell = segment.bell();
    let ticket = segment.ticket();
    let mut inbox = segment.take_inboxes().remove(0);
    let program = env::current_exe().expect("this test's program");
    let mut children: Vec<_> = (0..2)
        .map(|half| {
            Command::new(&program)
                .args(["--exact", "sender", "--nocapture"])
                .env(TASK, task(&ticket, inbox.address(half), half))
                .spawn()
                .expect("a child")
        })
        .collect();
    for message in 1..=MESSAGES {
        loop {
            let heard = bell.listen();
            if inbox.has_arrived(message) {
                break;
            }
            for child in &mut children {
                let ended = child.try_wait().expect("the child's state");
                assert!(
                    ended.is_none_or(|status| status.success()),
                    "a sender failed"
                );
            }
            bell.sleep(heard, Duration::from_millis(100));
        }
        assert!(
            inbox
                .dates(message)
                .all(|date| date == i64::from(message) * 60)
        );
        let part = inbox.borrow_part(message, 0).expect("nobody has it");
        assert!(inbox.borrow_part(message, 0).is_none(), "lent twice");
        for (cell, value) in part.as_slice::<f64>().iter().enumerate() {
            assert_eq!(*value, f64::from(message) + cell as f64 * 1e-6);
        }
        assert!(!inbox.release_next(), "released while somebody reads it");
        drop(part);
        assert!(inbox.release_next());
    }
    for mut child in children {
        assert!(child.wait().expect("the child's end").success());
    }
}

#[test]
fn a_stranger_is_told_apart() {
    let segment = Segment::create(&[shape(1)]).expect("memory to share");
    let ticket = segment.ticket();
    let other = Ticket {
        nonce: ticket.nonce ^ 1,
        ..ticket
    };
    assert!(matches!(
        Peer::open(&other),
        Err(ShareError::Stranger { .. })
    ));
    drop(segment);
    assert!(
        Peer::open(&ticket).is_err(),
        "the memory outlived its owner"
    );
}

#[test]
fn too_much_memory_is_refused_now_and_not_at_the_first_write() {
    let shape = InboxShape {
        senders: 1,
        parts: vec![1 << 50],
    };
    let refused = Segment::create(&[shape]);
    assert!(
        matches!(refused, Err(ShareError::Reserve { .. })),
        "{refused:?}"
    );
}

#[test]
fn the_third_message_waits_for_the_release_of_the_first() {
    let mut segment = Segment::create(&[shape(1)]).expect("memory to share");
    let peer = Peer::open(&segment.ticket()).expect("its own memory");
    let mut inbox = segment.take_inboxes().remove(0);
    let mut outbox = Outbox::new(&peer, inbox.address(0));
    for date in 0..2 {
        assert!(outbox.is_free());
        outbox.publish(date);
    }
    assert!(!outbox.is_free());
    assert!(inbox.has_arrived(1));
    assert!(inbox.release_next());
    assert!(outbox.is_free());
}

#[test]
fn a_slot_is_used_again_when_its_message_has_been_released_and_nobody_views_it() {
    let mut segment = Segment::create(&[shape(2)]).expect("memory to share");
    let peer = Peer::open(&segment.ticket()).expect("its own memory");
    let mut inbox = segment.take_inboxes().remove(0);
    let mut first = Outbox::new(&peer, inbox.address(0));
    let mut second = Outbox::new(&peer, inbox.address(1));
    let half = 8 * CELLS / 2;
    let mut places = Vec::new();
    let mut exchange = |message: u32, view: Option<Part>, inbox: &mut Inbox| {
        let mut mine = first
            .borrow_part(0, half)
            .expect("the slot is avoided while it is viewed");
        mine.as_mut_slice::<f64>()[0] = f64::from(message);
        places.push(mine.address() as usize);
        drop(view);
        first.publish(0);
        second.publish(0);
        assert!(inbox.has_arrived(message));
        let part = inbox.borrow_part(message, 0).expect("nobody has it");
        assert_eq!(part.as_slice::<f64>()[0], f64::from(message));
        drop(part);
        mine
    };
    // Released at once, and not viewed: the same slot again.
    drop(exchange(1, None, &mut inbox));
    assert!(inbox.release_next());
    drop(exchange(2, None, &mut inbox));
    // Not released yet: the other one, then the first again.
    drop(exchange(3, None, &mut inbox));
    assert!(inbox.release_next());
    let view = exchange(4, None, &mut inbox);
    assert!(inbox.release_next() && inbox.release_next());
    // Released, but the sender still views what it sent.
    drop(exchange(5, Some(view), &mut inbox));
    assert!(inbox.release_next());
    let [one, two, three, four, five] = places[..] else {
        panic!("five messages, found {}", places.len());
    };
    assert_eq!([one, one], [two, four]);
    assert_eq!(three, five);
    assert_ne!(one, three);
}

#[test]
fn a_part_that_is_still_viewed_says_since_when() {
    let mut segment = Segment::create(&[shape(2)]).expect("memory to share");
    let peer = Peer::open(&segment.ticket()).expect("its own memory");
    let mut inbox = segment.take_inboxes().remove(0);
    let mut views = Outbox::new(&peer, inbox.address(0));
    let mut chooses = Outbox::new(&peer, inbox.address(1));
    let half = 8 * CELLS / 2;
    let view = views.borrow_part(0, half).expect("nobody has it");
    assert_eq!(views.borrow_part(0, half).expect_err("lent twice").ago, 0);
    views.publish(0);
    chooses.publish(0);
    assert!(inbox.has_arrived(1) && inbox.release_next());
    // This one knows nothing of the view.
    chooses.publish(0);
    assert_eq!(views.borrow_part(0, half).expect_err("viewed").ago, 1);
    drop(view);
    assert!(views.borrow_part(0, half).is_ok());
}
