package io.finemesh.gateway.view;

import io.finemesh.contract.Message;
import io.finemesh.contract.connector.ConnectorDefined;
import io.finemesh.contract.connector.ConnectorEvent;
import io.finemesh.contract.id.FireId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.policy.PolicyDefined;
import io.finemesh.contract.policy.PolicyEvent;
import io.finemesh.contract.trigger.RefuseFire;
import io.finemesh.contract.trigger.TriggerEvent;
import io.finemesh.contract.trigger.TriggerFired;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Policies, what their triggers said, and connectors, folded from their topics. */
public final class PolicyBook {
    private static final int SAID_KEPT = 200;

    private final Map<String, PolicyEvent> policies = new TreeMap<>();
    private final Map<String, ConnectorEvent> connectors = new TreeMap<>();
    private final Map<String, List<Said>> said = new TreeMap<>();
    private final Map<FireId, Said> fires = new LinkedHashMap<>();
    private final Map<FireId, RefuseFire> refused = new LinkedHashMap<>();

    /**
     * What a trigger said.
     *
     * @param at when
     * @param event what
     */
    public record Said(Instant at, TriggerEvent event) {}

    /**
     * Takes one occurrence.
     *
     * @return false when it is not about policies, or says nothing new
     */
    boolean apply(Occurrence occurrence) {
        Message body = occurrence.body();
        return switch (body) {
            case PolicyEvent event -> policy(event);
            case ConnectorEvent event -> connector(event);
            case TriggerEvent event -> said(new Said(occurrence.time(), event));
            case RefuseFire refusal -> refused.putIfAbsent(refusal.fireId(), refusal) == null;
            default -> false;
        };
    }

    private boolean policy(PolicyEvent event) {
        PolicyEvent known = policies.get(event.name());
        if (known != null && known.revision() > event.revision()) {
            return false;
        }
        return !event.equals(policies.put(event.name(), event));
    }

    private boolean connector(ConnectorEvent event) {
        ConnectorEvent known = connectors.get(event.name());
        if (known != null && known.revision() > event.revision()) {
            return false;
        }
        return !event.equals(connectors.put(event.name(), event));
    }

    private boolean said(Said news) {
        if (news.event() instanceof TriggerFired fired && fires.putIfAbsent(fired.fireId(), news) != null) {
            return false;
        }
        List<Said> all = said.computeIfAbsent(news.event().policy(), _ -> new ArrayList<>());
        all.add(news);
        if (all.size() > SAID_KEPT) {
            all.removeFirst();
        }
        return true;
    }

    /** Policies that are not withdrawn, by name. */
    public List<PolicyDefined> policies() {
        return policies.values().stream()
                .filter(PolicyDefined.class::isInstance)
                .map(PolicyDefined.class::cast)
                .toList();
    }

    /** A policy that is not withdrawn. */
    public Optional<PolicyDefined> policy(String name) {
        return Optional.ofNullable(policies.get(name))
                .filter(PolicyDefined.class::isInstance)
                .map(PolicyDefined.class::cast);
    }

    /** Revision that was heard last of a name, withdrawn or not; 0 for a new one. */
    public long policyRevision(String name) {
        return Optional.ofNullable(policies.get(name))
                .map(PolicyEvent::revision)
                .orElse(0L);
    }

    /** The newest of what the triggers of a policy said, oldest first. */
    public List<Said> said(String policy) {
        return List.copyOf(said.getOrDefault(policy, List.of()));
    }

    /** Every firing, in the order in which it was heard of. */
    public Collection<Said> fires() {
        return Collections.unmodifiableCollection(fires.values());
    }

    /** A firing. */
    public Optional<Said> fire(FireId fire) {
        return Optional.ofNullable(fires.get(fire));
    }

    /** The firing that led to a run. */
    public Optional<TriggerFired> origin(RunId run) {
        return fires.values().stream()
                .map(each -> (TriggerFired) each.event())
                .filter(fired -> fired.runId().equals(run))
                .findFirst();
    }

    /** Why no run was made of a firing. */
    public Optional<RefuseFire> refusal(FireId fire) {
        return Optional.ofNullable(refused.get(fire));
    }

    /** Connectors that are not withdrawn, by name. */
    public List<ConnectorDefined> connectors() {
        return connectors.values().stream()
                .filter(ConnectorDefined.class::isInstance)
                .map(ConnectorDefined.class::cast)
                .toList();
    }

    /** A connector that is not withdrawn. */
    public Optional<ConnectorDefined> connector(String name) {
        return Optional.ofNullable(connectors.get(name))
                .filter(ConnectorDefined.class::isInstance)
                .map(ConnectorDefined.class::cast);
    }

    /** Revision that was heard last of a name, withdrawn or not; 0 for a new one. */
    public long connectorRevision(String name) {
        return Optional.ofNullable(connectors.get(name))
                .map(ConnectorEvent::revision)
                .orElse(0L);
    }
}
