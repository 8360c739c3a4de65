package io.finemesh.gateway.policy;

import io.finemesh.contract.connector.ConnectorDefined;
import io.finemesh.contract.connector.ConnectorWithdrawn;
import io.finemesh.contract.policy.PolicyDefined;
import io.finemesh.contract.policy.PolicyWithdrawn;
import io.finemesh.contract.store.DatasetDescriptor;
import io.finemesh.contract.store.ModelDescriptor;
import io.finemesh.contract.wire.Topics;
import io.finemesh.gateway.admission.ConnectorReader;
import io.finemesh.gateway.admission.FieldProblem;
import io.finemesh.gateway.admission.NearestName;
import io.finemesh.gateway.admission.PolicyReader;
import io.finemesh.gateway.admission.References;
import io.finemesh.gateway.board.Board;
import io.finemesh.gateway.document.Document;
import io.finemesh.gateway.problem.ProblemDetail;
import io.finemesh.gateway.problem.ProblemException;
import io.finemesh.gateway.problem.ProblemType;
import io.finemesh.gateway.store.ArtifactStore;
import io.finemesh.gateway.submission.ReferenceResolution;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Takes policies and connectors. A definition counts when the broker has it; sent again unchanged it stays the revision it is. One writer at a time, so that
 * revisions grow one by one; of two gateways that write the same revision the one that the topic has later counts.
 */
@ApplicationScoped
public class PolicyDesk {
    private final Board board;
    private final ArtifactStore store;
    private final ReferenceResolution references;
    private final DefinitionPublisher publisher;
    private final Lock writing = new ReentrantLock();

    /** Wires what definitions need. */
    public PolicyDesk(Board board, ArtifactStore store, ReferenceResolution references, DefinitionPublisher publisher) {
        this.board = board;
        this.store = store;
        this.references = references;
        this.publisher = publisher;
    }

    /**
     * Defines a policy or changes it.
     *
     * @param name its name where the request says it
     * @throws ProblemException with every fault, or when store or broker do not answer
     */
    public PolicyDefined apply(Document document, Optional<String> name) {
        PolicyReader.Verdict verdict = PolicyReader.read(document, name);
        List<FieldProblem> problems = new ArrayList<>(verdict.problems());
        verdict.model().ifPresent(model -> missingModel(model).ifPresent(problems::add));
        verdict.dataset().ifPresent(dataset -> wholeDataset(dataset).ifPresent(problems::add));
        verdict.evaluation()
                .map(evaluation -> references.problems(evaluation, data -> !mayCome(data, verdict.dataset())))
                .ifPresent(missing -> missing.forEach(problem -> problems.add(problem.under("/run"))));
        require(problems, "policy");
        PolicyDefined asked = verdict.policy().orElseThrow();
        writing.lock();
        try {
            Optional<PolicyDefined> known = board.read(mesh -> mesh.policies().policy(asked.name()));
            if (known.isPresent() && revised(asked, known.get().revision()).equals(known.get())) {
                return known.get();
            }
            return define(asked);
        } finally {
            writing.unlock();
        }
    }

    /** Whether a name is of the policy's own data set, which need not be there yet. */
    private static boolean mayCome(String name, Optional<String> own) {
        return own.isPresent()
                && name.replaceFirst("(@[0-9]+)?(:held-out)?$", "").equals(own.get());
    }

    private Optional<FieldProblem> missingModel(String model) {
        if (store.model(model).isPresent()) {
            return Optional.empty();
        }
        List<String> existing =
                store.models().stream().map(ModelDescriptor::name).toList();
        return Optional.of(References.missing("/model", model, "model", existing));
    }

    /** A data set need not be there yet, since the first records create it; one that was uploaded whole never grows. */
    private Optional<FieldProblem> wholeDataset(String dataset) {
        Optional<DatasetDescriptor> found = store.dataset(dataset);
        return found.isPresent() && found.get().growth().isEmpty()
                ? Optional.of(References.notGrowing("/dataset", dataset))
                : Optional.empty();
    }

    private static void require(List<FieldProblem> problems, String what) {
        if (!problems.isEmpty()) {
            throw ProblemException.of(
                    ProblemType.INVALID_DEFINITION,
                    problems.size() == 1
                            ? problems.getFirst().message()
                            : problems.size() + " fields of the " + what + " are wrong; see errors",
                    problems.stream().map(ProblemDetail::of).toList());
        }
    }

    private PolicyDefined define(PolicyDefined policy) {
        long revision = board.read(mesh -> mesh.policies().policyRevision(policy.name())) + 1;
        PolicyDefined next = revised(policy, revision);
        publisher.say(Topics.POLICIES, next.name(), next);
        return next;
    }

    /** Enables or disables a policy. */
    public PolicyDefined enable(String name, boolean enabled) {
        writing.lock();
        try {
            PolicyDefined known = policy(name);
            return known.enabled() == enabled ? known : define(copy(known, known.revision(), enabled));
        } finally {
            writing.unlock();
        }
    }

    /** Withdraws a policy; its runs go on. */
    public void withdraw(String name) {
        writing.lock();
        try {
            PolicyDefined known = policy(name);
            publisher.say(Topics.POLICIES, name, new PolicyWithdrawn(name, known.revision() + 1));
        } finally {
            writing.unlock();
        }
    }

    /**
     * A policy.
     *
     * @throws ProblemException naming policies of similar names if there is none
     */
    public PolicyDefined policy(String name) {
        return board.read(mesh -> mesh.policies().policy(name)).orElseThrow(() -> {
            List<String> names = board.read(mesh ->
                    mesh.policies().policies().stream().map(PolicyDefined::name).toList());
            return ProblemException.unknown(
                    ProblemType.UNKNOWN_POLICY,
                    "there is no policy '" + shown(name) + "'",
                    NearestName.several(name, names, 3));
        });
    }

    /** Defines a connector or changes it. */
    public ConnectorDefined connect(Document document, String name) {
        ConnectorReader.Verdict verdict = ConnectorReader.read(document, name);
        List<FieldProblem> problems = new ArrayList<>(verdict.problems());
        verdict.connector()
                .flatMap(connector -> wholeDataset(connector.dataset()))
                .ifPresent(problems::add);
        require(problems, "connector");
        ConnectorDefined asked = verdict.connector().orElseThrow();
        writing.lock();
        try {
            long revision = board.read(mesh -> mesh.policies().connectorRevision(name));
            Optional<ConnectorDefined> known =
                    board.read(mesh -> mesh.policies().connector(name));
            if (known.isPresent() && revised(asked, revision).equals(known.get())) {
                return known.get();
            }
            ConnectorDefined next = revised(asked, revision + 1);
            publisher.say(Topics.CONNECTORS, name, next);
            return next;
        } finally {
            writing.unlock();
        }
    }

    /** Withdraws a connector; the rows it brought stay. */
    public void disconnect(String name) {
        writing.lock();
        try {
            ConnectorDefined known = connector(name);
            publisher.say(Topics.CONNECTORS, name, new ConnectorWithdrawn(name, known.revision() + 1));
        } finally {
            writing.unlock();
        }
    }

    /** A connector. */
    public ConnectorDefined connector(String name) {
        return board.read(mesh -> mesh.policies().connector(name)).orElseThrow(() -> {
            List<String> names = board.read(mesh -> mesh.policies().connectors().stream()
                    .map(ConnectorDefined::name)
                    .toList());
            return ProblemException.unknown(
                    ProblemType.UNKNOWN_CONNECTOR,
                    "there is no connector '" + shown(name) + "'",
                    NearestName.several(name, names, 3));
        });
    }

    private static String shown(String name) {
        String printable = name.replaceAll("\\p{Cntrl}+", " ");
        return printable.length() <= 80 ? printable : printable.substring(0, 80) + "...";
    }

    private static ConnectorDefined revised(ConnectorDefined connector, long revision) {
        return new ConnectorDefined(
                connector.name(),
                revision,
                connector.topic(),
                connector.dataset(),
                connector.heldOutFraction(),
                connector.mapping());
    }

    private static PolicyDefined revised(PolicyDefined policy, long revision) {
        return copy(policy, revision, policy.enabled());
    }

    private static PolicyDefined copy(PolicyDefined policy, long revision, boolean enabled) {
        return new PolicyDefined(
                policy.name(),
                revision,
                enabled,
                policy.dryRun(),
                policy.model(),
                policy.alias(),
                policy.dataset(),
                policy.triggers(),
                policy.limits(),
                policy.run(),
                policy.warmupFraction(),
                policy.gate(),
                policy.webhooks());
    }
}
