package io.finemesh.gateway.answer;

import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.policy.GateSpecification;
import io.finemesh.contract.policy.PolicyDefined;
import io.finemesh.contract.policy.PolicyLimits;
import io.finemesh.contract.policy.TriggerSpecification;
import io.finemesh.contract.policy.Webhook;
import io.finemesh.contract.trigger.FireReason;
import io.finemesh.contract.trigger.TriggerFired;
import io.finemesh.contract.trigger.TriggerHeld;
import io.finemesh.gateway.admission.SpecificationForm;
import io.finemesh.gateway.view.MeshView;
import io.finemesh.gateway.view.PolicyBook;
import io.finemesh.gateway.view.RunView;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A policy and what its triggers said last.
 *
 * @param name its name
 * @param revision grows by one with every change
 * @param enabled whether it fires
 * @param dryRun whether it only says what it would fire
 * @param model registry model whose alias it moves
 * @param alias the alias
 * @param dataset data set that it watches and trains on
 * @param triggers what makes it fire
 * @param limits how often it may
 * @param run specification of its runs
 * @param gate what a checkpoint must show
 * @param webhooks who outside is told
 * @param said the newest of what its triggers said, newest first
 * @param links where to go on
 */
@Schema(name = "Policy", description = "A policy and what its triggers said last")
public record PolicyAnswer(
        String name,
        long revision,
        boolean enabled,
        boolean dryRun,
        String model,
        String alias,
        String dataset,
        List<TriggerSpecification> triggers,
        PolicyLimits limits,
        Map<String, Object> run,
        GateSpecification gate,
        List<Webhook> webhooks,
        List<Said> said,
        Links links) {
    /** A policy as users see it. */
    public static PolicyAnswer of(PolicyDefined policy, MeshView mesh) {
        List<Said> said = mesh.policies().said(policy.name()).stream()
                .map(each -> Said.of(each, mesh))
                .toList();
        return new PolicyAnswer(
                policy.name(),
                policy.revision(),
                policy.enabled(),
                policy.dryRun(),
                policy.model(),
                policy.alias(),
                policy.dataset(),
                policy.triggers(),
                policy.limits(),
                SpecificationForm.of(policy.run()),
                policy.gate(),
                policy.webhooks(),
                said.reversed(),
                new Links("/v1/policies/" + policy.name()));
    }

    /**
     * Something its triggers said.
     *
     * @param at when
     * @param what fired or held
     * @param fireId identity of the firing
     * @param dryRun whether no run is made of it
     * @param runId the run it leads to
     * @param phase where that run stands; absent until it is submitted
     * @param failure why that run was rejected or failed
     * @param refused why no run could be made of it
     * @param reason which limit holds it back
     * @param until when time alone ends that
     * @param datasetVersion what the run trains on
     * @param why the exact slices and figures
     */
    @Schema(name = "TriggerSaid", description = "What the triggers of a policy said")
    public record Said(
            Instant at,
            String what,
            Optional<String> fireId,
            Optional<Boolean> dryRun,
            Optional<String> runId,
            Optional<String> phase,
            Optional<String> failure,
            Optional<String> refused,
            Optional<String> reason,
            Optional<Instant> until,
            Optional<String> datasetVersion,
            FireReason why) {
        static Said of(PolicyBook.Said said, MeshView mesh) {
            return switch (said.event()) {
                case TriggerFired fired ->
                    new Said(
                            said.at(),
                            "fired",
                            Optional.of(fired.fireId().value()),
                            Optional.of(fired.dryRun()),
                            fired.dryRun()
                                    ? Optional.empty()
                                    : Optional.of(fired.runId().value()),
                            mesh.run(fired.runId()).map(run -> run.phase().word()),
                            mesh.run(fired.runId()).flatMap(RunView::failure).map(Failure::message),
                            mesh.policies().refusal(fired.fireId()).map(refusal -> refusal.failure()
                                    .message()),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.of(fired.datasetVersion().value()),
                            fired.why());
                case TriggerHeld held ->
                    new Said(
                            said.at(),
                            "held",
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.of(held.sentence()),
                            held.until(),
                            Optional.empty(),
                            held.why());
            };
        }
    }

    /** Where to go on from a policy. */
    @Schema(name = "PolicyLinks", description = "Where to go on from a policy")
    public record Links(String self) {}
}
