//! What an agent says it has obeyed: believed by all when a store can have been lost, and by nobody when it cannot.

use super::*;
use crate::scheduler::port::CallError;

impl World {
    fn open(&mut self, input: OpenSession) -> Result<SessionGrant, CallError> {
        self.round(false, |core, round| core.open_session(input, round))
            .unwrap()
    }
}

#[test]
fn an_agent_that_has_obeyed_a_later_server_stops_all_sessions_and_is_named() {
    let mut world = World::new(1);
    let (mut later, _orders) = world.hello(0);
    later.highest_term = world.term + 5;
    let error = world.open(later).unwrap_err();
    assert!(matches!(error, CallError::Precondition(_)), "{error:?}");
    assert!(error.to_string().contains("(cluster c0 has)"), "{error}");
    for _ in 0..10 {
        world.restart();
    }
    let (other, _orders) = world.hello(1);
    let error = world.open(other).unwrap_err();
    assert!(error.to_string().contains("(cluster c0 has)"), "{error}");
    assert!(error.to_string().contains("--raise-incarnation"), "{error}");

    world.incarnation += 1;
    world.restart();
    let (other, _orders) = world.hello(1);
    world.open(other).unwrap();
}

#[test]
fn an_agent_that_says_what_cannot_be_is_refused_alone() {
    let mut world = World::new(1);
    for incarnation in [u64::MAX, world.incarnation + 1001] {
        let (mut broken, _orders) = world.hello(0);
        broken.highest_incarnation = incarnation;
        let error = world.open(broken).unwrap_err();
        assert!(matches!(error, CallError::Invalid(_)), "{error:?}");
        assert!(error.to_string().contains("hello.highestIncarnation"), "{error}");
        assert_eq!(world.written, [""; 0], "it is not written down");
    }
    let (other, _orders) = world.hello(1);
    world.open(other).unwrap();
    let (mended, _orders) = world.hello(0);
    world.open(mended).unwrap();
}
