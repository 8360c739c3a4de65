package io.finemesh.gateway.policy;

import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.policy.PolicyDefined;
import io.finemesh.contract.run.EvaluationSpecification;
import io.finemesh.contract.run.PromptTemplate;
import io.finemesh.contract.run.RunOrigin;
import io.finemesh.contract.run.RunSpecification;
import io.finemesh.contract.run.SubmitRun;
import io.finemesh.contract.run.TaskOptions;
import io.finemesh.contract.run.TaskSpecification;
import io.finemesh.contract.trigger.RefuseFire;
import io.finemesh.contract.trigger.TriggerFired;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.Topics;
import io.finemesh.gateway.admission.Draft;
import io.finemesh.gateway.admission.FieldProblem;
import io.finemesh.gateway.admission.NamedReferences;
import io.finemesh.gateway.admission.References;
import io.finemesh.gateway.board.Board;
import io.finemesh.gateway.messaging.BrokerUnavailableException;
import io.finemesh.gateway.messaging.CommandPublisher;
import io.finemesh.gateway.problem.ProblemException;
import io.finemesh.gateway.submission.ReferenceResolution;
import io.finemesh.gateway.submission.ReferenceResolution.Resolution;
import io.finemesh.gateway.submission.RunIds;
import io.finemesh.gateway.submission.SubmissionTrace;
import io.finemesh.gateway.view.MeshView;
import io.opentelemetry.api.trace.Span;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Makes a run of each firing.
 *
 * <ol>
 *   <li>A firing whose run is on the board, or that was refused, is done: so one that is heard again, by a gateway that was started again or by another one,
 *       makes nothing new. Its run is named after it, and the submission's identity after the run.
 *   <li>Store or broker away: the firing waits, and is tried again.
 *   <li>What can never become a run, since its model is gone or its policy withdrawn, is refused, which the triggers are told.
 * </ol>
 */
@ApplicationScoped
public class FireSubmission {
    private static final Logger LOG = Logger.getLogger(FireSubmission.class);
    private static final String HELD_OUT = ":held-out";

    /** Refusals are kept for a week; a firing that is older was dealt with. */
    private static final Duration FRESH = Duration.ofDays(7);

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Board board;
    private final ReferenceResolution references;
    private final CommandPublisher commands;
    private final DefinitionPublisher definitions;
    private final SubmissionTrace trace;
    private final Clock clock;
    private volatile Thread worker;

    /** Wires the steps. */
    public FireSubmission(
            Board board,
            ReferenceResolution references,
            CommandPublisher commands,
            DefinitionPublisher definitions,
            SubmissionTrace trace,
            Clock clock) {
        this.board = board;
        this.references = references;
        this.commands = commands;
        this.definitions = definitions;
        this.trace = trace;
        this.clock = clock;
    }

    void start(@Observes StartupEvent started) {
        worker = Thread.ofVirtual().name("firings").start(this::follow);
    }

    void stop(@Observes ShutdownEvent stopping) {
        Thread running = worker;
        if (running != null) {
            running.interrupt();
        }
    }

    private void follow() {
        try {
            long seen = -1;
            while (!Thread.currentThread().isInterrupted()) {
                board.awaitChange(seen, PATIENCE);
                seen = board.version();
                if (board.rebuilt()) {
                    submitOpen();
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Deals with every firing that is not dealt with. */
    void submitOpen() {
        Instant from = clock.instant().minus(FRESH);
        for (TriggerFired fired : board.read(mesh -> open(mesh, from))) {
            try {
                submit(fired);
            } catch (BrokerUnavailableException | ProblemException away) {
                LOG.warnf("%s waits to become run %s: %s", fired.fireId(), fired.runId(), away.getMessage());
                return;
            } catch (RuntimeException unforeseen) {
                LOG.errorf(unforeseen, "%s could not be made a run", fired.fireId());
            }
        }
    }

    private static List<TriggerFired> open(MeshView mesh, Instant from) {
        return mesh.policies().fires().stream()
                .filter(said -> said.at().isAfter(from))
                .map(said -> (TriggerFired) said.event())
                .filter(fired -> !fired.dryRun())
                .filter(fired -> mesh.run(fired.runId()).isEmpty())
                .filter(fired -> mesh.policies().refusal(fired.fireId()).isEmpty())
                .toList();
    }

    private void submit(TriggerFired fired) throws BrokerUnavailableException {
        Optional<PolicyDefined> policy = board.read(mesh -> mesh.policies().policy(fired.policy()));
        if (policy.isEmpty()) {
            refuse(fired, "policy " + fired.policy() + " was withdrawn before its run was submitted");
            return;
        }
        RunSpecification given = specification(policy.get(), fired);
        List<FieldProblem> problems = new ArrayList<>();
        Resolution resolution = resolve(given, problems);
        resolution
                .model()
                .map(model -> ReferenceResolution.check(given.method(), model))
                .ifPresent(problems::addAll);
        if (given.template() == PromptTemplate.CHAT
                && resolution.chatTemplate().filter(has -> !has).isPresent()) {
            problems.add(References.noChatTemplate(given.model()));
        }
        if (!problems.isEmpty()) {
            refuse(fired, problems.stream().map(FieldProblem::message).collect(Collectors.joining("; ")));
            return;
        }
        RunSpecification complete = new Draft(given, policy.get().warmupFraction())
                .finished(resolution.dataset().orElseThrow().samples());
        Span span = trace.begin(fired.runId(), complete.name());
        try {
            commands.send(Envelope.starting(
                    RunIds.submissionOf(fired.runId()),
                    "/gateway",
                    fired.runId().value(),
                    clock.instant(),
                    trace.traceparent(span, Optional.empty()),
                    new SubmitRun(
                            fired.runId(),
                            complete,
                            resolution.model().orElseThrow(),
                            resolution.dataset().orElseThrow(),
                            resolution.evaluationDataset(),
                            Optional.of(new RunOrigin(fired.policy(), fired.fireId())),
                            resolution.evaluation())));
            LOG.infof(
                    "%s became run %s: %s",
                    fired.fireId(), fired.runId(), fired.why().sentence());
        } finally {
            span.end();
        }
    }

    private Resolution resolve(RunSpecification given, List<FieldProblem> problems) {
        Resolution resolution = references.resolve(NamedReferences.of(given));
        problems.addAll(resolution.problems());
        return resolution;
    }

    /** The policy's specification with what the firing names; the held-out part it evaluates on is that of the version it trains on. */
    private static RunSpecification specification(PolicyDefined policy, TriggerFired fired) {
        RunSpecification run = policy.run();
        EvaluationSpecification evaluation = run.evaluation();
        UnaryOperator<String> ofThisVersion =
                name -> name.equals(policy.dataset() + HELD_OUT) ? fired.datasetVersion() + HELD_OUT : name;
        return new RunSpecification(
                run.name(),
                fired.baseCheckpoint().map(checkpoint -> checkpoint.value()).orElse(policy.model()),
                fired.datasetVersion().value(),
                run.template(),
                run.method(),
                run.optimizer(),
                run.batch(),
                run.epochs(),
                run.maxSteps(),
                run.precision(),
                run.seed(),
                run.checkpointSteps(),
                new EvaluationSpecification(
                        evaluation.dataset().map(ofThisVersion),
                        evaluation.tasks().stream()
                                .map(task -> asked(task, ofThisVersion))
                                .toList(),
                        evaluation.atStart(),
                        evaluation.everySegments(),
                        evaluation.against(),
                        evaluation.judge()),
                run.memoryLimitBytes(),
                run.trace(),
                run.outputName());
    }

    private static TaskSpecification asked(TaskSpecification task, UnaryOperator<String> name) {
        return new TaskSpecification(
                task.task(),
                task.limit(),
                task.maxNewTokens(),
                task.options()
                        .map(options -> new TaskOptions(
                                options.dataset().map(name),
                                options.examples(),
                                options.shots(),
                                options.chat(),
                                options.subject(),
                                options.definition())));
    }

    private void refuse(TriggerFired fired, String why) {
        LOG.warnf("%s becomes no run: %s", fired.fireId(), why);
        definitions.say(
                Topics.TRIGGER_COMMANDS,
                fired.policy(),
                EventId.derived(new EventId(fired.fireId().value()), "refuse", 0),
                new RefuseFire(fired.policy(), fired.fireId(), new Failure(FailureCode.INVALID_SPECIFICATION, why)));
    }
}
