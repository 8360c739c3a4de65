package io.finemesh.gateway.answer;

import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.registry.AliasMoved;
import io.finemesh.contract.registry.GateDecided;
import io.finemesh.gateway.view.RegistryBook;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * An alias of a model.
 *
 * @param model registry model
 * @param alias its alias
 * @param checkpoint what it stands for
 * @param awaiting checkpoint that waits for a person
 * @param moves every move, newest first
 * @param decisions what gates decided, newest first
 */
@Schema(description = "An alias of a model, how it came where it stands, and what gates decided")
public record AliasAnswer(
        @Schema(examples = "my-model") String model,
        @Schema(examples = "champion") String alias,
        Optional<String> checkpoint,
        Optional<String> awaiting,
        List<Move> moves,
        List<Decision> decisions) {
    /** An alias as users see it. */
    public static AliasAnswer of(RegistryBook.Page page) {
        return new AliasAnswer(
                page.model(),
                page.alias(),
                page.holder().map(CheckpointId::value),
                page.awaiting().map(waiting -> waiting.event().challenger().value()),
                page.moves().reversed().stream().map(Move::of).toList(),
                page.decisions().reversed().stream().map(Decision::of).toList());
    }

    /**
     * A move.
     *
     * @param at when
     * @param from checkpoint that held it
     * @param to checkpoint that holds it since
     * @param reason why, as a word
     * @param by policy or person
     * @param sentence why, for people
     */
    @Schema(description = "A move of an alias")
    public record Move(Instant at, Optional<String> from, String to, String reason, String by, String sentence) {
        static Move of(RegistryBook.Moved moved) {
            AliasMoved event = moved.event();
            return new Move(
                    moved.at(),
                    event.from().map(CheckpointId::value),
                    event.to().value(),
                    event.reason().name().toLowerCase(Locale.ROOT),
                    event.by(),
                    event.sentence());
        }
    }

    /**
     * A decision of a gate.
     *
     * @param at when
     * @param policy policy whose gate it is
     * @param run run that made the challenger
     * @param challenger checkpoint that was judged
     * @param champion checkpoint that held the alias
     * @param verdict the decision, as a word
     * @param evidence how each rule came out, for people
     * @param evaluations evaluations that it stands on
     * @param sentence the decision for people
     */
    @Schema(description = "A decision of a gate, with its evidence")
    public record Decision(
            Instant at,
            String policy,
            Optional<String> run,
            String challenger,
            Optional<String> champion,
            String verdict,
            List<String> evidence,
            List<String> evaluations,
            String sentence) {
        static Decision of(RegistryBook.Decided decided) {
            GateDecided event = decided.event();
            return new Decision(
                    decided.at(),
                    event.policy(),
                    event.runId().map(Object::toString),
                    event.challenger().value(),
                    event.champion().map(CheckpointId::value),
                    event.verdict().name().toLowerCase(Locale.ROOT),
                    event.evidence().stream().map(one -> one.sentence()).toList(),
                    event.evaluations().stream().map(Object::toString).toList(),
                    event.sentence());
        }
    }
}
