package io.finemesh.contract.policy;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.run.RunSpecification;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A policy, validated and complete; it replaces every older revision. A duplicate says the same again.
 *
 * @param name its name
 * @param revision grows by one with every change
 * @param enabled whether it fires at all; what happens meanwhile is remembered
 * @param dryRun whether it only says what it would have fired
 * @param model registry model whose alias it moves; also the model that a first run starts from
 * @param alias alias that it moves, such as champion
 * @param dataset growing data set that it watches and trains on
 * @param triggers what makes it fire; one is enough
 * @param limits how often it may
 * @param run what it runs; model and dataset are filled in when it fires
 * @param warmupFraction warm-up as a share of all steps, which are known when it fires
 * @param gate what a checkpoint must show before it takes the alias
 * @param webhooks who outside is told
 */
public record PolicyDefined(
        String name,
        long revision,
        boolean enabled,
        boolean dryRun,
        String model,
        String alias,
        String dataset,
        List<TriggerSpecification> triggers,
        PolicyLimits limits,
        RunSpecification run,
        OptionalDouble warmupFraction,
        GateSpecification gate,
        List<Webhook> webhooks)
        implements PolicyEvent {
    public PolicyDefined {
        requireNonNull(name, "name is null");
        requireNonNull(model, "model is null");
        requireNonNull(alias, "alias is null");
        requireNonNull(dataset, "dataset is null");
        triggers = List.copyOf(triggers);
        requireNonNull(limits, "limits is null");
        requireNonNull(run, "run is null");
        warmupFraction = warmupFraction == null ? OptionalDouble.empty() : warmupFraction;
        requireNonNull(gate, "gate is null");
        webhooks = List.copyOf(webhooks);
    }
}
