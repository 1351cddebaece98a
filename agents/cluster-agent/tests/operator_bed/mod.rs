//! One real cluster for all tests of a binary, with the CRD, the roles and the admission rules that the chart ships, and
//! a namespace for each test. The operator runs as its ServiceAccount, never as an administrator.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::time::Duration;

use futures::TryStreamExt;
use hourglass_cluster_agent::operator::{self, OperatorConfig, OperatorError, WatchedNamespaces};
use hourglass_performer_api::{Performer, PerformerStatus, names};
use hourglass_testbed::{Cluster, Profile, wait_until};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Pod, Service, ServiceAccount};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher;
use kube::{Api, Client, ResourceExt};
use serde_json::{Value, json};
use tokio::sync::{OnceCell, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Longer than anything here takes on a busy machine.
pub const LIMIT: Duration = Duration::from_secs(180);

/// Variable that makes the testbed's kubelet fail a container in a given way.
pub const OUTCOME: &str = "HOURGLASS_TEST_OUTCOME";

const CRD: &str = include_str!("../../../../charts/hourglass-agent/crds/performers.yaml");
const ROLES: &str = include_str!("../../../../charts/hourglass-agent/files/rbac.yaml");
const ADMISSION: &str = include_str!("../../../../charts/hourglass-agent/files/admission.yaml");

/// The cluster of this test binary.
pub async fn cluster() -> &'static Cluster {
    static SHARED: OnceCell<Cluster> = OnceCell::const_new();
    SHARED
        .get_or_init(async || {
            let cluster = Cluster::start("operator", &Profile::builtin("cpu-only").unwrap())
                .await
                .unwrap();
            for yaml in [CRD, ROLES, ADMISSION] {
                cluster.apply_yaml(yaml).await.unwrap();
            }
            cluster
        })
        .await
}

/// What the agent connects with: its ServiceAccount's token.
pub async fn agent() -> kube::Config {
    static AGENT: OnceCell<kube::Config> = OnceCell::const_new();
    let config = AGENT.get_or_init(async || {
        let file = cluster()
            .await
            .service_account_kubeconfig("hourglass-system", "hourglass-agent")
            .await
            .unwrap();
        let kubeconfig = Kubeconfig::read_from(file).unwrap();
        kube::Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
            .await
            .unwrap()
    });
    config.await.clone()
}

/// A namespace of the cluster, and an administrator's view of it.
pub struct Bed {
    pub namespace: String,
    pub client: Client,
}

/// A running operator; ends with the test at the latest.
pub struct Operator {
    stop: CancellationToken,
    task: JoinHandle<Result<(), OperatorError>>,
}

impl Operator {
    /// Stops it and waits for its end.
    pub async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap().unwrap();
    }
}

impl Bed {
    /// A new namespace in which pods can be made.
    pub async fn new(namespace: &str) -> Self {
        let cluster = cluster().await;
        let yaml = format!("{{apiVersion: v1, kind: Namespace, metadata: {{name: {namespace}}}}}");
        cluster.apply_yaml(&yaml).await.unwrap();
        let bed = Self {
            namespace: namespace.to_owned(),
            client: cluster.client().await.unwrap(),
        };
        let accounts: Api<ServiceAccount> = bed.api();
        wait_until("the namespace has its ServiceAccount", LIMIT, async || {
            accounts.get("default").await.map_err(|error| error.to_string())
        })
        .await
        .unwrap();
        bed
    }

    /// The same, with an operator that watches it.
    pub async fn with_operator(namespace: &str) -> (Self, Operator) {
        let bed = Self::new(namespace).await;
        let operator = bed.start_operator().await;
        (bed, operator)
    }

    /// Starts an operator for this namespace, with the shipped roles, and waits until it is ready.
    pub async fn start_operator(&self) -> Operator {
        Self::start_operator_for(WatchedNamespaces::Only(vec![self.namespace.clone()])).await
    }

    /// Starts an operator with the shipped roles and waits until it is ready.
    pub async fn start_operator_for(namespaces: WatchedNamespaces) -> Operator {
        let agent = Client::try_from(agent().await).unwrap();
        let config = OperatorConfig {
            namespaces,
            drain: Duration::from_secs(1),
            retry_max: Duration::from_secs(2),
            ..OperatorConfig::default()
        };
        let (ready, mut is_ready) = watch::channel(false);
        let stop = CancellationToken::new();
        let task = tokio::spawn(operator::run(agent, config, ready, stop.clone()));
        tokio::time::timeout(LIMIT, is_ready.wait_for(|ready| *ready))
            .await
            .unwrap()
            .unwrap();
        Operator { stop, task }
    }

    pub fn api<K>(&self) -> Api<K>
    where
        K: kube::Resource<DynamicType = (), Scope = k8s_openapi::NamespaceResourceScope>,
    {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    /// Creates a Performer as a client would: JSON with what it wants to say.
    pub async fn create(&self, name: &str, spec: Value) -> Performer {
        self.create_with(json!({"name": name}), spec).await
    }

    pub async fn create_with(&self, metadata: Value, spec: Value) -> Performer {
        self.api()
            .create(&PostParams::default(), &performer(metadata, spec))
            .await
            .unwrap()
    }

    /// Posts a Performer as raw JSON, so that no Rust type hides what the API server does with it.
    pub async fn post(&self, object: &Value, validation: &str) -> Result<Value, kube::Error> {
        let path = format!("{}?fieldValidation={validation}", self.path());
        let request = http::Request::post(path).header("content-type", "application/json");
        self.client
            .request(request.body(serde_json::to_vec(object).unwrap()).unwrap())
            .await
    }

    /// Reads a Performer as raw JSON.
    pub async fn raw(&self, name: &str) -> Value {
        let request = http::Request::get(format!("{}/{name}", self.path())).body(Vec::new());
        self.client.request(request.unwrap()).await.unwrap()
    }

    fn path(&self) -> String {
        format!(
            "/apis/hourglass.eigenlayer.io/v1alpha1/namespaces/{}/performers",
            self.namespace
        )
    }

    /// Changes a Performer by a merge patch of its spec.
    pub async fn change(&self, name: &str, spec: Value) {
        let patch = Patch::Merge(json!({"spec": spec}));
        self.api::<Performer>()
            .patch(name, &PatchParams::default(), &patch)
            .await
            .unwrap();
    }

    pub async fn get(&self, name: &str) -> Performer {
        self.api().get(name).await.unwrap()
    }

    pub async fn status(&self, name: &str) -> PerformerStatus {
        self.get(name).await.status.unwrap_or_default()
    }

    /// Waits until the status is as asked; shows the last one when it never is.
    pub async fn until(&self, name: &str, what: &str, is: impl Fn(&Performer) -> bool) -> Performer {
        let result = wait_until(what, LIMIT, async || {
            let performer = self
                .api::<Performer>()
                .get(name)
                .await
                .map_err(|error| error.to_string())?;
            if is(&performer) {
                Ok(performer)
            } else {
                Err(format!("{:?}", performer.status))
            }
        });
        result.await.unwrap()
    }

    pub async fn until_ready(&self, name: &str) -> Performer {
        self.until(name, "the performer is Running", |performer| {
            performer.status.as_ref().is_some_and(|status| {
                status.ready
                    && status.observed_generation == performer.metadata.generation
                    && phase(performer) == "Running"
            })
        })
        .await
    }

    /// Waits until a condition has this status and reason.
    pub async fn until_condition(&self, name: &str, type_: &str, status: &str, reason: &str) -> Condition {
        let performer = self
            .until(
                name,
                &format!("{type_} is {status} because of {reason}"),
                |performer| {
                    condition(performer, type_)
                        .is_some_and(|found| found.status == status && found.reason == reason)
                },
            )
            .await;
        condition(&performer, type_).unwrap().clone()
    }

    pub async fn deployments(&self, performer: &str) -> Vec<Deployment> {
        self.api().list(&labelled(performer)).await.unwrap().items
    }

    pub async fn pods(&self, performer: &str) -> Vec<Pod> {
        self.api().list(&labelled(performer)).await.unwrap().items
    }

    /// Waits until only the wanted version's Deployment is left.
    pub async fn until_one_deployment(&self, name: &str) -> Deployment {
        wait_until("only one Deployment is left", LIMIT, async || {
            let mut deployments = self.deployments(name).await;
            if deployments.len() == 1 {
                Ok(deployments.remove(0))
            } else {
                Err(format!("{} Deployments", deployments.len()))
            }
        })
        .await
        .unwrap()
    }

    pub async fn delete(&self, name: &str) {
        self.api::<Performer>()
            .delete(name, &DeleteParams::default())
            .await
            .unwrap();
    }

    /// Waits until an object is gone.
    pub async fn until_gone<K>(&self, name: &str)
    where
        K: kube::Resource<DynamicType = (), Scope = k8s_openapi::NamespaceResourceScope>
            + Clone
            + std::fmt::Debug
            + serde::de::DeserializeOwned,
    {
        let api: Api<K> = self.api();
        wait_until(&format!("{name} is gone"), LIMIT, async || {
            match api.get_opt(name).await.map_err(|error| error.to_string())? {
                None => Ok(()),
                Some(object) => Err(format!("{:?}", object.meta())),
            }
        })
        .await
        .unwrap();
    }

    /// Starts to watch that the performer is never seen not ready and that its Service always points at a ready pod.
    pub fn witness(&self, name: &str) -> Witness {
        let stop = CancellationToken::new();
        let statuses = tokio::spawn(witness_status(self.api(), name.to_owned(), stop.clone()));
        let service = tokio::spawn(witness_service(
            self.client.clone(),
            self.namespace.clone(),
            name.to_owned(),
            stop.clone(),
        ));
        Witness {
            stop,
            statuses,
            service,
        }
    }
}

/// Two watchers that fail when a performer that served stops to serve.
pub struct Witness {
    stop: CancellationToken,
    statuses: JoinHandle<usize>,
    service: JoinHandle<usize>,
}

impl Witness {
    /// Ends it; fails when it has seen a gap, or too little to say so.
    pub async fn saw_no_gap(self) {
        self.stop.cancel();
        assert!(self.statuses.await.unwrap() > 0, "no status was seen");
        assert!(self.service.await.unwrap() > 0, "the Service was never looked at");
    }
}

async fn witness_status(api: Api<Performer>, name: String, stop: CancellationToken) -> usize {
    let config = watcher::Config::default().fields(&format!("metadata.name={name}"));
    let mut events = std::pin::pin!(watcher(api, config).default_backoff().applied_objects());
    let mut seen = 0;
    while let Some(performer) = stop.run_until_cancelled(events.try_next()).await {
        let performer = performer.unwrap().expect("a watch does not end");
        let status = performer.status.unwrap_or_default();
        assert!(status.ready, "not ready: {status:?}");
        seen += 1;
    }
    seen
}

async fn witness_service(client: Client, namespace: String, name: String, stop: CancellationToken) -> usize {
    let services: Api<Service> = Api::namespaced(client.clone(), &namespace);
    let pods: Api<Pod> = Api::namespaced(client, &namespace);
    let selector = async || {
        let service = services.get(&names::service_name(&name)).await.unwrap();
        let labels = service.spec.unwrap().selector.unwrap();
        labels
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect::<Vec<_>>()
            .join(",")
    };
    let mut seen = 0;
    while !stop.is_cancelled() {
        let before = selector().await;
        let behind = pods.list(&ListParams::default().labels(&before)).await.unwrap();
        // When the Service moved in between, these are no longer its pods, and may be gone.
        if selector().await == before {
            assert!(behind.iter().any(is_ready), "no ready pod behind {before}");
            seen += 1;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    seen
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "JSON reads better where it is given"
)]
pub fn performer(metadata: Value, spec: Value) -> Performer {
    serde_json::from_value(object(&metadata, &spec)).unwrap()
}

/// A Performer as JSON.
pub fn object(metadata: &Value, spec: &Value) -> Value {
    json!({
        "apiVersion": "hourglass.eigenlayer.io/v1alpha1", "kind": "Performer", "metadata": metadata, "spec": spec,
    })
}

/// A spec that becomes Ready.
pub fn spec() -> Value {
    json!({"avsAddress": "0xAbC0000000000000000000000000000000000001", "image": "registry.example/performer:1"})
}

/// The same, failing in the given way.
pub fn failing(outcome: &str) -> Value {
    let mut spec = spec();
    spec["config"] = json!({"environment": {OUTCOME: outcome}});
    spec
}

pub fn phase(performer: &Performer) -> &'static str {
    performer
        .status
        .as_ref()
        .and_then(|status| status.phase)
        .map_or("", |phase| phase.as_str())
}

pub fn condition<'a>(performer: &'a Performer, type_: &str) -> Option<&'a Condition> {
    performer
        .status
        .as_ref()?
        .conditions
        .iter()
        .find(|condition| condition.type_ == type_)
}

pub fn is_ready(pod: &Pod) -> bool {
    let conditions = pod.status.as_ref().and_then(|status| status.conditions.as_ref());
    let ready = conditions
        .into_iter()
        .flatten()
        .any(|condition| condition.type_ == "Ready" && condition.status == "True");
    ready && pod.metadata.deletion_timestamp.is_none()
}

pub fn image_of(deployment: &Deployment) -> &str {
    let pod = deployment.spec.as_ref().unwrap().template.spec.as_ref().unwrap();
    pod.containers[0].image.as_deref().unwrap()
}

pub fn hash_of(deployment: &Deployment) -> String {
    deployment.labels()[names::SPEC_HASH_LABEL].clone()
}

pub fn labelled(performer: &str) -> ListParams {
    ListParams::default().labels(&format!("{}={performer}", names::PERFORMER_LABEL))
}
