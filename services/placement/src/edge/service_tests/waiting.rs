//! What callers are told of why something waits, however little time there is to find that out.

use proto::condition::Type;
use proto::placement::State;

use super::*;

const DEADLINE: Duration = Duration::from_secs(60);

fn said(placement: &proto::Placement) -> String {
    let mut conditions = placement.conditions.iter();
    let scheduled = conditions.find(|one| one.r#type() == Type::Scheduled);
    scheduled.unwrap().message.clone()
}

fn labelled(number: usize) -> proto::CreatePlacementRequest {
    let mut request = request(&format!("w{number}"), 4);
    let placement = request.placement.as_mut().unwrap();
    placement.labels = [("app".to_owned(), format!("app-{number}"))].into();
    request
}

/// A server with hardly any time for explanations, whose only node is taken.
async fn full() -> World {
    let mut world = World::start_with(Duration::ZERO).await;
    world.join("eu-1", 1).await;
    world.create(request("all", 4)).await.unwrap();
    world
}

#[tokio::test]
async fn those_that_wait_say_why_in_short_at_once_and_at_length_in_the_end() {
    let world = full().await;
    for number in 0..8 {
        let waits = world.create(labelled(number)).await.unwrap();
        assert_eq!(waits.state(), State::Pending);
        let said = said(&waits);
        assert!(
            said.contains("has enough free") || said.contains("needs 4 nvidia.com/gpu"),
            "{said}"
        );
    }
    let begin = Instant::now();
    for number in 0..8 {
        let id = format!("w{number}");
        loop {
            let said = said(&world.get(&id, proto::PlacementView::Basic).await.unwrap());
            if said.contains("needs 4 nvidia.com/gpu") {
                break;
            }
            assert!(begin.elapsed() < DEADLINE, "{id}: {said}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    world.stop().await;
}

#[tokio::test]
async fn who_asks_what_would_be_or_does_not_want_to_wait_is_told_why_at_length() {
    let world = full().await;
    for number in 0..4 {
        let rehearsed = world
            .create(proto::CreatePlacementRequest {
                validate_only: true,
                ..labelled(number)
            })
            .await
            .unwrap();
        assert!(
            said(&rehearsed).contains("needs 4 nvidia.com/gpu"),
            "{}",
            said(&rehearsed)
        );
        let refused = world
            .create(proto::CreatePlacementRequest {
                fail_fast: true,
                ..labelled(number)
            })
            .await
            .unwrap_err();
        assert!(
            refused.message().contains("needs 4 nvidia.com/gpu"),
            "{}",
            refused.message()
        );
        assert_eq!(
            outcome::<()>(Err(refused)),
            (Code::FailedPrecondition, "DOES_NOT_FIT".to_owned())
        );
    }
    let list = proto::ListPlacementsRequest {
        parent: "tenants/default".to_owned(),
        ..Default::default()
    };
    assert_eq!(world.list(list).await.0, ["all"], "nothing was created");
    world.stop().await;
}
