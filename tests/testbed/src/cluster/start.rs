//! Starts a cluster and returns it when it can take pods.

use std::{fs, path::Path, sync::Arc, time::Duration};

use futures::future::{try_join, try_join3};
use k8s_openapi::api::{
    core::v1::{Namespace, Pod, ServiceAccount},
    node::v1::RuntimeClass,
};
use kube::{
    Api, Client,
    api::{DeleteParams, PostParams},
};
use serde_json::json;

use super::{
    Cluster, ClusterOptions,
    component::{Component, Probe},
    components::{Plan, Ports},
    kubeconfig::{self, Credential},
    pki::Pki,
};
use crate::{
    assets::Assets,
    error::{Error, Result},
    nodes,
    profile::Profile,
    run_dir::{self, RunDir},
    wait::wait_until,
};

/// Starts with new ports when somebody outside took one in the meantime.
const ATTEMPTS: usize = 3;
/// Takes a second; this is for a machine with much else to do.
const BOOTSTRAP_LIMIT: Duration = Duration::from_secs(120);
/// How soon a component that died during the start is noticed.
const CHECK_EVERY: Duration = Duration::from_millis(200);
/// How a test makes pods fail; see the crate's documentation.
const OUTCOME_STAGES: &str = include_str!("../../stages/outcomes.yaml");
/// Users of the control plane and the group of each, as Kubernetes' bootstrap RBAC policy expects them.
const USERS: [(&str, &str, Option<&str>); 3] = [
    ("kube-controller-manager", "system:kube-controller-manager", None),
    ("kube-scheduler", "system:kube-scheduler", None),
    // Stands in for every kubelet.
    ("kwok", "kwok", Some("system:masters")),
];

impl Cluster {
    /// Starts a cluster of its own folder; a fleet of several is a [`crate::Fleet`].
    pub async fn start(name: &str, profile: &Profile) -> Result<Self> {
        let assets = obtain_assets().await?;
        Self::start_in(
            RunDir::temporary()?,
            assets,
            name,
            profile,
            &ClusterOptions::default(),
        )
        .await
    }

    pub(crate) async fn start_in(
        run: Arc<RunDir>,
        assets: Assets,
        name: &str,
        profile: &Profile,
        options: &ClusterOptions,
    ) -> Result<Self> {
        super::validate_name(name)?;
        let dir = run.path().join(name);
        let mut attempt = 1;
        loop {
            match try_start(&run, &assets, name, profile, options).await {
                Err(error) if error.is_port_collision() && attempt < ATTEMPTS => attempt += 1,
                Err(source) => {
                    run.keep_logs();
                    let logs = dir.join(run_dir::LOGS);
                    return Err(Error::Start {
                        cluster: name.to_owned(),
                        logs,
                        source: Box::new(source),
                    });
                }
                Ok(cluster) => return Ok(cluster),
            }
        }
    }
}

/// Finds or builds the components without blocking the async runtime.
pub(crate) async fn obtain_assets() -> Result<Assets> {
    tokio::task::spawn_blocking(Assets::obtain)
        .await
        .map_err(|error| Error::Io {
            what: "cannot obtain the components".into(),
            source: std::io::Error::other(error),
        })?
}

async fn try_start(
    run: &Arc<RunDir>,
    assets: &Assets,
    name: &str,
    profile: &Profile,
    options: &ClusterOptions,
) -> Result<Cluster> {
    let dir = run.cluster_dir(name)?;
    let stages = dir.join("outcomes.yaml");
    fs::write(&stages, OUTCOME_STAGES).map_err(Error::io("write", &stages))?;

    let ports = Ports::take()?;
    let pki = Pki::create(dir.join("pki"))?;
    let plan = Plan {
        assets,
        dir: &dir,
        ports: &ports,
        pki: &pki,
        options,
    };
    let kubeconfig = dir.join("kubeconfig");
    write_kubeconfigs(&plan, name, &kubeconfig)?;

    let etcd = Component::new(plan.etcd(), Probe::Tcp(ports.etcd.address()));
    let apiserver = Component::new(plan.apiserver(), Probe::ReadyZ(kubeconfig.clone()));
    let controller_manager = Component::new(plan.controller_manager(), Probe::Running);
    let scheduler = Component::new(plan.scheduler(), Probe::Running);
    let kwok = Component::new(plan.kwok(), Probe::Running);
    let ca_pem = pki.ca_pem();

    etcd.start().await?;
    apiserver.start().await?;
    controller_manager.start().await?;
    scheduler.start().await?;
    kwok.start().await?;

    let mut cluster = Cluster {
        name: name.to_owned(),
        profile: profile.clone(),
        dir,
        uid: String::new(),
        ca_pem,
        kwok,
        scheduler,
        controller_manager,
        apiserver,
        etcd,
        ports,
        assets: assets.clone(),
        run: Arc::clone(run),
    };
    let client = cluster.client().await?;
    let uid = tokio::select! {
        uid = bootstrap(&client, profile) => uid?,
        died = death(&cluster) => return Err(died),
    };
    cluster.uid = uid;
    Ok(cluster)
}

/// Ends when a component does: told with its log, not as a deadline of something else.
async fn death(cluster: &Cluster) -> Error {
    loop {
        if let Err(died) = cluster.check() {
            return died;
        }
        tokio::time::sleep(CHECK_EVERY).await;
    }
}

fn write_kubeconfigs(plan: &Plan<'_>, name: &str, admin: &Path) -> Result<()> {
    let server = format!("https://{}", plan.ports.apiserver.address());
    let ca_pem = plan.pki.ca_pem();
    for (component, user, group) in USERS {
        let certificate = plan.pki.client_certificate(user, group)?;
        let path = plan.component_kubeconfig(component);
        let credential = Credential::Certificate(&certificate);
        kubeconfig::write(Path::new(&path), name, &server, &ca_pem, user, &credential)?;
    }
    let certificate = plan
        .pki
        .client_certificate("testbed-admin", Some("system:masters"))?;
    kubeconfig::write(
        admin,
        name,
        &server,
        &ca_pem,
        "testbed-admin",
        &Credential::Certificate(&certificate),
    )
}

/// From a ready API server to a cluster that takes pods; returns the UID of `kube-system`.
async fn bootstrap(client: &Client, profile: &Profile) -> Result<String> {
    let (_, (), uid) = try_join3(
        add_profile(client, profile),
        default_service_account(client),
        kube_system_uid(client),
    )
    .await?;
    if profile
        .pools
        .iter()
        .any(|pool| pool.count > 0 && !pool.unschedulable)
    {
        schedule_a_pod(client).await?;
    }
    Ok(uid)
}

/// Creates the nodes and RuntimeClasses of a profile; returns the names of the nodes.
pub(super) async fn add_profile(client: &Client, profile: &Profile) -> Result<Vec<String>> {
    let runtime_classes = async {
        let api: Api<RuntimeClass> = Api::all(client.clone());
        for class in &profile.runtime_classes {
            let what = format!("create RuntimeClass {}", class.name);
            api.create(&PostParams::default(), &class.to_object())
                .await
                .map_err(Error::kube(what))?;
        }
        Ok(())
    };
    let (names, ()) = try_join(nodes::create_all(client, profile), runtime_classes).await?;
    Ok(names)
}

/// Pods are refused before the controller has made it.
async fn default_service_account(client: &Client) -> Result<()> {
    let accounts: Api<ServiceAccount> = Api::namespaced(client.clone(), "default");
    wait_until("the default ServiceAccount exists", BOOTSTRAP_LIMIT, async || {
        accounts
            .get("default")
            .await
            .map(drop)
            .map_err(|error| error.to_string())
    })
    .await
}

async fn kube_system_uid(client: &Client) -> Result<String> {
    let namespaces: Api<Namespace> = Api::all(client.clone());
    wait_until("kube-system exists", BOOTSTRAP_LIMIT, async || {
        let namespace = namespaces
            .get("kube-system")
            .await
            .map_err(|error| error.to_string())?;
        namespace.metadata.uid.ok_or_else(|| "it has no uid".to_owned())
    })
    .await
}

/// The proof that scheduler, controllers and kwok work together: a pod that any node may take runs, then goes.
async fn schedule_a_pod(client: &Client) -> Result<()> {
    const NAME: &str = "testbed-probe";
    let pods: Api<Pod> = Api::namespaced(client.clone(), "default");
    let pod: Pod = serde_json::from_value(json!({
        "metadata": {"name": NAME},
        "spec": {
            "tolerations": [{"operator": "Exists"}],
            "containers": [{"name": "probe", "image": "testbed/probe"}],
        },
    }))
    .map_err(|error| Error::Document {
        what: "probe pod".into(),
        reason: error.to_string(),
    })?;
    pods.create(&PostParams::default(), &pod)
        .await
        .map_err(Error::kube("create the probe pod"))?;
    wait_until("the probe pod runs", BOOTSTRAP_LIMIT, async || {
        let pod = pods.get(NAME).await.map_err(|error| error.to_string())?;
        match pod.status.and_then(|status| status.phase) {
            Some(phase) if phase == "Running" => Ok(()),
            phase => Err(format!("phase {phase:?}")),
        }
    })
    .await?;
    pods.delete(NAME, &DeleteParams::default().grace_period(0))
        .await
        .map_err(Error::kube("delete the probe pod"))?;
    wait_until("the probe pod is gone", BOOTSTRAP_LIMIT, async || {
        match pods.get_opt(NAME).await.map_err(|error| error.to_string())? {
            None => Ok(()),
            Some(_) => Err("it is still there".to_owned()),
        }
    })
    .await
}
