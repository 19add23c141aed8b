//! The wiring: which part gets what, and the daemon's life from start to stop.
//!
//! The only module that knows all parts, and only the binary knows it. Started
//! in the order of the data (mirror, lookup, http) and stopped in the reverse.

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use anyhow::{Context, Result};
use model::Timestamp;
use sd_notify::NotifyState;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tracing::field::display;
use tracing::{error, info, warn};

use crate::access::Access;
use crate::census::Taker;
use crate::config::{
    self, Config, ConfigError, Delivery, IdentReply, Loaded, Remark, RemoteEndpoints,
    changes_needing_restart,
};
use crate::confine::Confinement;
use crate::descriptors;
use crate::doctor::{self, Doctor};
use crate::handover;
use crate::hint::Hinted;
use crate::host_hash::HashKey;
use crate::http::{self, Limits, Server};
use crate::ident::{self, Ident, Naming};
use crate::listen;
use crate::logging::Logging;
use crate::lookup::Answers;
use crate::metrics::Metrics;
use crate::mirror::{self, Mirror, now};
use crate::panics::{self, Part};
use crate::recorder::{self, Recording};
use crate::samples;
use crate::tls::ServerTls;
use crate::trail::Trail;

/// How often to look whether the first dump is merged.
const READY_POLL: Duration = Duration::from_millis(10);

/// How often to look whether a listener has a new certificate.
const LOOK_AT_CERTIFICATES: Duration = Duration::from_secs(60);

/// What a running daemon can take over from a changed file.
struct Live {
    config: Config,
    reload: Box<dyn Fn() -> Result<Loaded, ConfigError> + Send>,
    logging: Logging,
    confinement: Confinement,
    access: Arc<Access>,
    trail: Option<Arc<Trail>>,
    tls: Vec<(Arc<str>, Arc<ServerTls>)>,
    mirror: Arc<Mirror>,
    doctor: Arc<Doctor>,
    census: Arc<Taker>,
    reader: mirror::Stop,
    recording: Option<Recording>,
}

/// Runs the daemon until it is told to stop.
///
/// `reload` reads the configuration anew, the command line's overrides
/// included.
///
/// # Errors
///
/// It cannot start: no netlink, no listener.
pub fn run(
    loaded: Loaded,
    logging: Logging,
    confinement: Confinement,
    reload: impl Fn() -> Result<Loaded, ConfigError> + Send + 'static,
) -> Result<()> {
    let Loaded {
        config,
        warnings,
        path,
        ..
    } = loaded;
    panics::notice();
    log_warnings(&warnings);
    info!(
        version = env!("CARGO_PKG_VERSION"),
        config = path.as_ref().map(|path| path.display().to_string()),
        "starting",
    );
    let ident_connections = match config.ident.listen.is_empty() {
        true => 0,
        false => ident::CONNECTIONS,
    };
    descriptors::provide_for(config.http.max_connections + ident_connections);
    let ident = ident_settings(&config.ident)?;
    let listeners = listen::open(&config)?;
    let trail = open_trail(&config)?;
    let addresses = listeners.addresses();
    let tls = listeners.tls();
    let fed_since = now();
    let (feed, intake) = config.history.folder.is_some().then(mirror::feed).unzip();
    let started = doctor::require_netlink().and_then(|()| {
        mirror::start(
            mirror_settings(&config),
            listeners.handed_over.events,
            listeners.handed_over.table,
            feed,
            Box::new(handover::store),
        )
    });
    let (mirror, reader) = started.map_err(|error| {
        let hint = doctor::hint_for(&error);
        Hinted::new(error.context("mirror the kernel's connections"), hint)
    })?;
    // After the mirror, so that the events of a hand-over wait for nothing.
    let recording = match (history_settings(&config), intake) {
        (Some(settings), Some(intake)) => Some(
            recorder::start(settings, intake, Arc::clone(&mirror), fed_since)
                .context("record history")?,
        ),
        _ => None,
    };
    let (archive, recording) = recording.unzip();
    let doctor = Doctor::new(
        Arc::clone(&mirror),
        archive.clone(),
        addresses,
        config.http.allow.clone(),
    );
    let doctor = Arc::new(doctor.with_confinement(confinement.state().clone()));
    doctor.log_at_start();
    doctor.set_config(&config);
    doctor.set_tls(tls.clone());
    let census = Arc::new(Taker::counting(
        Arc::clone(&mirror),
        config.track.nat_ports.clone(),
    ));
    let answers = Answers::new(Arc::clone(&mirror)).with_census(Arc::clone(&census));
    let answers = Arc::new(match &archive {
        Some(archive) => answers.with_archive(Arc::clone(archive)),
        None => answers,
    });
    let counters = Arc::new(http::Counters::default());
    let examined = Arc::clone(&doctor);
    let metrics = Metrics::default()
        .with_kernel()
        .with_mirror(Arc::clone(&mirror))
        .with_http(Arc::clone(&mirror), Arc::clone(&counters))
        .with_tls(tls.clone())
        .with_history(archive.clone())
        .with_census(Arc::clone(&census), config.metrics.top_hosts)
        .with_health(move || examined.health());
    let of_http = Arc::clone(&counters);
    let samples = samples::start(samples::Sources {
        mirror: Arc::clone(&mirror),
        archive: archive.clone(),
        lookups: Box::new(move || of_http.lookups().map(|(.., count)| count).sum()),
    })
    .context("take samples")?;
    let metrics = match &trail {
        Some(trail) => metrics.with_trail(Arc::clone(trail)),
        None => metrics,
    };
    let ident_counters = Arc::<ident::Counters>::default();
    let metrics = match &ident {
        Some(_) => metrics.with_ident(Arc::clone(&ident_counters)),
        None => metrics,
    };
    let access = Arc::new(Access::of(&config));
    let examined = Arc::clone(&doctor);
    let server = Server {
        answers,
        access: Arc::clone(&access),
        trail: trail.clone(),
        counters,
        render_metrics: Arc::new(move || metrics.render()),
        report_health: Arc::new(move || examined.health()),
        archive: archive.clone(),
        samples,
        gateway: gateway_name(&config),
        pynatconnd: config.pynatconnd.key_name,
        limits: Limits::from(&config.http),
    };
    let ident = ident.map(|settings| {
        let answers = Arc::clone(&server.answers);
        Ident::new(answers, settings, Arc::clone(&ident_counters)).with_trail(trail.clone())
    });
    let socket_files = listeners.socket_files.clone();
    let mark = confinement.mark();
    let live = Live {
        config,
        reload: Box::new(reload),
        logging,
        confinement,
        access,
        trail,
        tls,
        mirror: Arc::clone(&mirror),
        doctor,
        census,
        reader,
        recording,
    };
    let served = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("start the runtime")?
        .block_on(live.serve(server, listeners.open, ident, listeners.ident));
    remove_socket_files(&socket_files);
    match served? {
        End::Stopped => {
            if handover::has_store() {
                match handover::file_of(|file| mirror.hand_over(file)) {
                    Ok(table) => handover::store_table(&table),
                    Err(error) => {
                        warn!(%error, "table could not be handed over; a restart is a gap")
                    }
                }
            }
            info!("stopped");
        }
        End::HandsOver => {
            info!("handing over to a new process");
            let socket = mirror
                .give_up_socket()
                .context("hand over the event socket: there is none")?;
            let table = handover::file_of(|file| mirror.hand_over(file))
                .context("hand over the table to a new process")?;
            let error = handover::execute_anew(socket, table, mark);
            return Err(anyhow::Error::from(error).context("hand over to a new process"));
        }
    }
    Ok(())
}

/// Why the daemon has ended to serve.
enum End {
    Stopped,
    HandsOver,
}

impl Live {
    async fn serve(
        mut self,
        server: Server,
        listeners: Vec<http::Listener>,
        ident: Option<Ident>,
        ident_listeners: Vec<TcpListener>,
    ) -> Result<End> {
        let (shutdown, is_stopping) = watch::channel(false);
        let mut terminate = signal(SignalKind::terminate()).context("catch SIGTERM")?;
        let mut interrupt = signal(SignalKind::interrupt()).context("catch SIGINT")?;
        let mut hangup = signal(SignalKind::hangup()).context("catch SIGHUP")?;
        let mut hand_over = signal(SignalKind::user_defined2()).context("catch SIGUSR2")?;
        tokio::spawn(begin_counting(
            Arc::clone(&self.mirror),
            Arc::clone(&self.census),
            is_stopping.clone(),
        ));
        // A panic in there ends it, and then the supervisor ends and restarts all.
        tokio::spawn(panics::contained(
            Part::Main,
            tell_supervisor(Arc::clone(&self.mirror), is_stopping.clone()),
        ));
        // They end with the runtime.
        if let Some(trail) = &self.trail {
            tokio::spawn(panics::contained(Part::Main, Arc::clone(trail).log_heads()));
        }
        for (_, tls) in &self.tls {
            let following = Arc::clone(tls).follow_files(LOOK_AT_CERTIFICATES);
            tokio::spawn(panics::contained(Part::Main, following));
        }
        let ident =
            ident.map(|ident| tokio::spawn(ident.serve(ident_listeners, is_stopping.clone())));
        let mut serving = tokio::spawn(server.serve(listeners, is_stopping));
        let end = loop {
            tokio::select! {
                served = &mut serving => {
                    served.context("serve HTTP")?.context("serve HTTP")?;
                    return Ok(End::Stopped);
                }
                _ = hangup.recv() => self.take_over(),
                _ = hand_over.recv() => {
                    if self.may_hand_over() {
                        break End::HandsOver;
                    }
                }
                _ = terminate.recv() => break End::Stopped,
                _ = interrupt.recv() => break End::Stopped,
            }
        };
        match end {
            End::Stopped => notify(&[NotifyState::Stopping]),
            End::HandsOver => notify_of_reload(),
        }
        // Fails only where nobody listens any more.
        let _ = shutdown.send(true);
        serving.await.context("serve HTTP")?.context("serve HTTP")?;
        if let Some(ident) = ident {
            ident.await.context("serve ident")?.context("serve ident")?;
        }
        if let Some(trail) = &self.trail {
            trail.close();
        }
        self.census.stop();
        // Last, so that the event socket is left alone for as short as can be.
        self.reader.stop();
        if let Some(recording) = &mut self.recording {
            recording.stop();
        }
        Ok(end)
    }

    /// Whether a process that begins with the configuration as it is now could do its work. It
    /// would take over the confinement of this one, which can only become narrower.
    fn may_hand_over(&self) -> bool {
        match panics::caught(Part::Main, &self.reload) {
            Ok(Ok(loaded)) => {
                let refused = self.confinement.refuses(&loaded);
                if !refused.is_empty() {
                    let refused = refused.join(", ");
                    error!(
                        refused,
                        "not handed over: this process is confined from what the configuration \
                         names; restart it instead"
                    );
                    return false;
                }
                true
            }
            Ok(Err(error)) => {
                log_mistakes(&error, "not handed over");
                false
            }
            Err(panicked) => {
                error!(mistake = %panicked, "not handed over");
                false
            }
        }
    }

    /// Reads the configuration anew and takes over what can change.
    fn take_over(&mut self) {
        notify_of_reload();
        match panics::caught(Part::Main, &self.reload) {
            Err(panicked) => error!(mistake = %panicked, "configuration not taken over"),
            Ok(Err(error)) => log_mistakes(&error, "configuration not taken over"),
            Ok(Ok(loaded)) => {
                log_warnings(&loaded.warnings);
                let new = loaded.config;
                for key in changes_needing_restart(&self.config, &new) {
                    warn!(key, "this change takes effect at the next start");
                }
                self.access.replace(&new);
                if let Some(trail) = &self.trail {
                    trail.set_on_failure(new.audit.on_failure);
                }
                for (_, tls) in &self.tls {
                    tls.reload();
                }
                self.doctor.set_allow(new.http.allow.clone());
                self.doctor.set_config(&new);
                self.mirror.set_keep_ended(new.track.keep_ended);
                self.logging.set_level(new.log.level);
                self.config = new;
                info!("configuration taken over");
            }
        }
        notify(&[NotifyState::Ready]);
    }
}

/// Has the table counted once the first dump is merged, so that whoever first asks who
/// uses how much need not wait.
async fn begin_counting(
    mirror: Arc<Mirror>,
    census: Arc<Taker>,
    mut is_stopping: watch::Receiver<bool>,
) {
    while !mirror.is_ready() {
        tokio::select! {
            () = tokio::time::sleep(READY_POLL) => {}
            _ = is_stopping.changed() => return,
        }
    }
    census.last();
}

/// Says "ready" once the first dump is merged, then shows signs of life for as
/// long as the reader thread has any.
async fn tell_supervisor(mirror: Arc<Mirror>, mut is_stopping: watch::Receiver<bool>) {
    while !mirror.is_ready() {
        tokio::select! {
            () = tokio::time::sleep(READY_POLL) => {}
            _ = is_stopping.changed() => return,
        }
    }
    notify(&[NotifyState::Ready]);
    let Some(limit) = sd_notify::watchdog_enabled() else {
        return;
    };
    loop {
        tokio::select! {
            () = tokio::time::sleep(limit / 3) => {}
            _ = is_stopping.changed() => return,
        }
        let last_round = Timestamp(mirror.counters.last_round.load(Relaxed));
        if now().since(last_round) < limit {
            notify(&[NotifyState::Watchdog]);
        }
    }
}

fn notify_of_reload() {
    let mut states = vec![NotifyState::Reloading];
    states.extend(NotifyState::monotonic_usec_now());
    notify(&states);
}

fn notify(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        warn!(%error, "supervisor could not be told");
    }
}

fn log_warnings(warnings: &[Remark]) {
    for warning in warnings {
        let hint = warning.hint.as_ref().map(display);
        warn!(hint, "{}", warning.message());
    }
}

/// Says what is wrong with a configuration, and what was not done for it.
fn log_mistakes(error: &ConfigError, outcome: &'static str) {
    match error {
        ConfigError::Read { source, .. } => {
            error!(mistake = %format_args!("{error}: {source}"), "{outcome}");
        }
        ConfigError::Mistakes(mistakes) => {
            for mistake in mistakes {
                let hint = mistake.hint.as_ref().map(display);
                error!(mistake = %mistake.message(), hint, "{outcome}");
            }
        }
    }
}

fn mirror_settings(config: &Config) -> mirror::Settings {
    mirror::Settings {
        keep_ended: config.track.keep_ended,
        filter: config.track.filter.clone(),
        receive_buffer: usize::try_from(config.track.receive_buffer).unwrap_or(usize::MAX),
        receive_buffer_max: usize::try_from(config.track.receive_buffer_max).unwrap_or(usize::MAX),
        is_reliable: config.track.delivery == Delivery::Reliable,
        reconcile_every: config.track.reconcile_every,
    }
}

/// Who may ask over ident and what they are told, `None` where nobody may.
fn ident_settings(config: &config::Ident) -> Result<Option<ident::Settings>> {
    if config.listen.is_empty() {
        return Ok(None);
    }
    let naming = match (config.reply, &config.name) {
        (IdentReply::Host, _) => Naming::Host,
        (IdentReply::Name, Some(name)) => Naming::Name(name.clone()),
        (IdentReply::Hash | IdentReply::Name, _) => {
            let key = HashKey::read_or_make(&config.key_file).map_err(|error| {
                let path = config.key_file.display();
                let error = anyhow::Error::from(error).context(format!("read the key {path}"));
                Hinted::new(error, "set ident.key-file, or ident.reply")
            })?;
            Naming::Hash(key)
        }
    };
    let allow = config.allow.clone();
    Ok(Some(ident::Settings { allow, naming }))
}

/// The gateway's name: the configured one, or the machine's.
fn gateway_name(config: &Config) -> String {
    let host_name = || {
        let name = rustix::system::uname();
        name.nodename().to_string_lossy().into_owned()
    };
    config.history.gateway.clone().unwrap_or_else(host_name)
}

/// What to record, `None` where nothing is.
fn history_settings(config: &Config) -> Option<history::Settings> {
    let gateway = gateway_name(config);
    let config = &config.history;
    Some(history::Settings {
        folder: config.folder.clone()?,
        gateway,
        fsync_every: config.fsync_every,
        segment_age: config.segment_age,
        keep_for: config.keep_for,
        keep_bytes: config.keep_bytes,
        remote: match config.remote {
            RemoteEndpoints::Keep => history::RemotePolicy::Keep,
            RemoteEndpoints::Omit => history::RemotePolicy::Omit,
        },
        ..history::Settings::default()
    })
}

/// Where lookups are written down, `None` where they are not.
fn open_trail(config: &Config) -> Result<Option<Arc<Trail>>> {
    let Some(folder) = &config.audit.folder else {
        return Ok(None);
    };
    let settings = audit::Settings {
        folder: folder.clone(),
        gateway: gateway_name(config),
        rotate_bytes: config.audit.rotate_bytes,
        keep_for: config.audit.keep_for,
    };
    let audit = audit::Audit::open(settings).map_err(|error| {
        let error = anyhow::Error::from(error).context("open the audit");
        Hinted::new(
            error,
            "set audit.folder to a folder that natconnd may write",
        )
    })?;
    if let Some(recovery) = audit.status().recovery {
        warn!(
            found = recovery.found,
            is_loss = recovery.is_loss,
            "audit was mended"
        );
    }
    let folder = folder.clone();
    let trail = Trail::new(
        audit,
        folder,
        config.audit.on_failure,
        config.audit.forward_auth,
    );
    Ok(Some(Arc::new(trail)))
}

fn remove_socket_files(paths: &[PathBuf]) {
    for path in paths {
        if let Err(error) = std::fs::remove_file(path) {
            warn!(path = %path.display(), %error, "socket file could not be removed");
        }
    }
}
