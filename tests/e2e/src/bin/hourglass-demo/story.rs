//! The story of the demo, step by step.

use std::future::Future;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use hourglass_e2e::api::story;
use hourglass_e2e::otlp::Collector;
use hourglass_e2e::{Api, Fleet, Profile, request};
use hourglass_proto::fleet::v1::placement::State;
use hourglass_testbed::Assets;

use crate::args::Args;
use crate::clusters::{self, A100};
use crate::executor::{READY_LIMIT, place, wait_for_room};
use crate::placements::{self, GANG_REPLICAS};
use crate::screen::{self, Tone};
use crate::summary::{PlacementRecord, StepRecord, Summary};
use crate::{load, memory, next, trace};

/// Tells it; true when every step held. Stays up at the end, unless told otherwise.
pub async fn tell(args: &Args) -> bool {
    let mut story = Story {
        summary: Summary::default(),
    };
    screen::line(&screen::paint(
        Tone::Title,
        "Hourglass Fleet: performers on the cluster and node that have what they need",
    ));
    screen::line(
        "Three Kubernetes control planes, one placement service, three agents; only the kubelets are played.",
    );
    let fleet = story.start().await;
    if let Some((fleet, collector)) = &fleet {
        Box::pin(story.act(fleet, collector, args)).await;
    }
    story.end(args);
    let held = story.summary.ok;
    let Some((fleet, _collector)) = fleet else {
        return false;
    };
    if !args.once {
        next::show(&fleet);
        std::future::pending::<()>().await;
    }
    if !held {
        fleet
            .clusters()
            .clusters()
            .for_each(hourglass_testbed::Cluster::keep_logs);
        screen::line(&format!("logs are kept in {}", fleet.clusters().dir().display()));
    }
    screen::with_progress("stopping everything", fleet.stop()).await;
    held
}

struct Story {
    summary: Summary,
}

impl Story {
    /// Does one step, shows and records how it ended. `None` when it did not hold.
    async fn step<T>(&mut self, name: &str, about: &str, work: impl Future<Output = Result<T>>) -> Option<T> {
        let begin = Instant::now();
        let outcome = screen::with_progress(about, work).await;
        let took = begin.elapsed();
        screen::result(outcome.is_ok(), about, took);
        let error = outcome.as_ref().err().map(|error| format!("{error:#}"));
        if let Some(error) = &error {
            error
                .lines()
                .for_each(|line| screen::line(&format!("      {}", screen::paint(Tone::Bad, line))));
        }
        self.summary.steps.push(StepRecord {
            name: name.to_owned(),
            ok: error.is_none(),
            ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            error,
        });
        outcome.ok()
    }

    async fn start(&mut self) -> Option<(Fleet, Collector)> {
        screen::title("Starting");
        let about = "Kubernetes components (built from source the first time: minutes, then cached)";
        let assets = async { Ok(tokio::task::spawn_blocking(Assets::obtain).await??) };
        self.step("components", about, assets).await?;
        let collector = self
            .step("trace receiver", "receiver of traces", async {
                Collector::start()
            })
            .await?;
        let endpoint = collector.endpoint().to_owned();
        let fleet = async {
            let shown = |step: hourglass_e2e::fleet::Step<'_>| {
                let text = format!("    {:<52} {:>6.1} s", step.what, step.took.as_secs_f64());
                screen::line(&screen::paint(Tone::Dim, &text));
            };
            clusters::fleet()?.otlp(&endpoint).on_step(shown).start().await
        };
        let fleet = self
            .step("start", "three clusters, placement service, three agents", fleet)
            .await?;
        Some((fleet, collector))
    }

    async fn act(&mut self, fleet: &Fleet, collector: &Collector, args: &Args) {
        let Some(api) = self
            .step("connect", "an executor connects", async { fleet.api() })
            .await
        else {
            return;
        };
        let Some(telemetry) = self
            .step("telemetry", "its traces are on", async {
                trace::install(collector)
            })
            .await
        else {
            return;
        };
        self.show(fleet, &["get", "clusters"]).await;
        self.show(fleet, &["get", "fleet"]).await;

        screen::title("An executor asks for performers");
        for wish in placements::wishes() {
            let about = format!("{}: {}", wish.id, wish.about);
            self.step(wish.id, &about, Box::pin(place(&api, &wish))).await;
        }
        Box::pin(self.gang(fleet, &api)).await;
        self.show(fleet, &["get", "placements"]).await;
        self.show(fleet, &["describe", "placement", "train-a100"]).await;

        self.trace(&api, collector).await;
        self.measure(fleet, &api, usize::from(args.placements)).await;
        self.figures(fleet, &api).await;
        self.step("flush", "the executor's last spans are sent", async {
            Ok(telemetry.shutdown(Duration::from_secs(5)).await?)
        })
        .await;
        self.step("processes", "every process still runs", async { fleet.check() })
            .await;
    }

    /// Waits with an explanation, then nodes come, and it is placed without being asked for again.
    async fn gang(&mut self, fleet: &Fleet, api: &Api) {
        screen::title("A gang that does not fit");
        let wish = placements::gang();
        let about = format!("{}: {} → PENDING", wish.id, wish.about);
        let Some(waiting) = self
            .step("gang pending", &about, Box::pin(wait_for_room(api, &wish)))
            .await
        else {
            return;
        };
        self.show(fleet, &["explain", "placement", wish.id]).await;
        let more = GANG_REPLICAS - 3;
        let nodes = async {
            let profile = Profile::builtin("a100-pool")?;
            Ok(fleet.cluster(A100)?.add_nodes(&profile, more).await?)
        };
        self.step(
            "gang nodes",
            &format!("{more} nodes with eight A100 each join {A100}"),
            nodes,
        )
        .await;
        let ready = async {
            let found = api.in_state(&waiting.name, State::Ready, READY_LIMIT).await?;
            ensure!(found.uid == waiting.uid, "it is another placement now");
            ensure!(
                found.assignments.len() == GANG_REPLICAS,
                "not every replica has a place:\n{}",
                story(&found)
            );
            Ok(())
        };
        self.step(
            "gang ready",
            &format!("{} is READY, nobody asked again", wish.id),
            ready,
        )
        .await;
    }

    async fn trace(&mut self, api: &Api, collector: &Collector) {
        screen::title("One trace: from the executor's call to the ready performer");
        let whole = async {
            let placement = api.get(&request::name("train-a100")).await?;
            trace::whole(collector, &placement.traceparent).await
        };
        if let Some(spans) = self
            .step(
                "trace",
                "spans of executor, server and agent are one trace",
                whole,
            )
            .await
        {
            trace::show(&spans);
        }
    }

    async fn measure(&mut self, fleet: &Fleet, api: &Api, count: usize) {
        screen::title(&format!(
            "{count} placements over the clusters, {} on their way at a time",
            load::IN_FLIGHT
        ));
        let Some(measured) = self
            .step("load", "all are READY", load::measure(fleet, api, count))
            .await
        else {
            return;
        };
        for (what, figures) in [
            ("object visible in its cluster", measured.cr_visible),
            ("READY", measured.ready),
        ] {
            screen::line(&format!(
                "    Create → {what:<30} p50 {:>7.1} ms   p90 {:>7.1} ms   p99 {:>7.1} ms",
                figures.p50, figures.p90, figures.p99
            ));
        }
        self.summary.create_to_cr_visible_ms = Some(measured.cr_visible);
        self.summary.create_to_ready_ms = Some(measured.ready);
        self.summary.measured_in_flight = load::IN_FLIGHT;
        let memory = async { memory::of_fleet(fleet) };
        if let Some(resident) = self.step("memory", "resident memory is read", memory).await {
            let agents: Vec<String> = resident
                .agents
                .iter()
                .map(|(name, mib)| format!("{name} {mib} MiB"))
                .collect();
            screen::line(&format!(
                "    server {} MiB; agents {}",
                resident.server,
                agents.join(", ")
            ));
            self.summary.resident_memory_mib = resident;
        }
        let gone = load::clean_up(fleet, api, count, READY_LIMIT);
        self.step(
            "load deleted",
            "all are deleted, and gone from the clusters",
            gone,
        )
        .await;
    }

    async fn figures(&mut self, fleet: &Fleet, api: &Api) {
        let versions = async {
            let real = Assets::versions();
            let mut versions = std::collections::BTreeMap::from([
                ("hourglass".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
                ("etcd".to_owned(), real.etcd),
                ("kwok".to_owned(), real.kwok),
            ]);
            for cluster in fleet.clusters().clusters() {
                let version = cluster.client().await?.apiserver_version().await?;
                versions.insert("kubernetes".to_owned(), version.git_version);
            }
            Ok(versions)
        };
        if let Some(versions) = self.step("versions", "versions are asked for", versions).await {
            self.summary.versions = versions;
        }
        let placements = async {
            let mut records = Vec::new();
            for wish in placements::wishes().into_iter().chain([placements::gang()]) {
                let found = api.get(&request::name(wish.id)).await?;
                let held = found.state() == State::Ready;
                records.push(PlacementRecord::of(&found));
                ensure!(held, "{}", story(&found));
            }
            Ok(records)
        };
        if let Some(records) = self
            .step("placements", "all five placements are READY", placements)
            .await
        {
            self.summary.placements = records;
        }
    }

    /// Prints a call of the command line and what it says.
    async fn show(&mut self, fleet: &Fleet, args: &[&str]) {
        screen::line(&format!(
            "\n{}",
            screen::paint(Tone::Dim, &format!("$ hourglass {}", args.join(" ")))
        ));
        let call = async {
            let code = fleet.cli().show(args).await?;
            ensure!(code == 0, "exit code {code}");
            Ok(())
        };
        let begin = Instant::now();
        let outcome: Result<()> = call.await;
        let error = outcome.err().map(|error| format!("{error:#}"));
        if let Some(error) = &error {
            screen::line(&screen::paint(Tone::Bad, error));
        }
        self.summary.steps.push(StepRecord {
            name: format!("hourglass {}", args.join(" ")),
            ok: error.is_none(),
            ms: u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX),
            error,
        });
    }

    fn end(&mut self, args: &Args) {
        self.summary.cores = std::thread::available_parallelism().map_or(1, usize::from);
        self.summary.ok = self.summary.steps.iter().all(|step| step.ok);
        match self.summary.write(&args.summary) {
            Ok(()) => screen::line(&format!("\nFigures: {}", args.summary.display())),
            Err(error) => {
                self.summary.ok = false;
                screen::line(&screen::paint(Tone::Bad, &format!("{error:#}")));
            }
        }
        let failed = self.summary.steps.iter().filter(|step| !step.ok).count();
        let verdict = match failed {
            0 => screen::paint(Tone::Good, "Every step held."),
            _ => screen::paint(
                Tone::Bad,
                &format!("{failed} of {} steps did not hold.", self.summary.steps.len()),
            ),
        };
        screen::line(&verdict);
    }
}
