package io.finemesh.gateway.view;

import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.registry.AliasMoved;
import io.finemesh.contract.registry.GateDecided;
import io.finemesh.contract.registry.GateVerdict;
import io.finemesh.contract.registry.RegistryEvent;
import io.finemesh.contract.webhook.WebhookEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Aliases and what gates decided about them, folded from the registry's topic. */
public final class RegistryBook {
    private static final int DECISIONS_KEPT = 200;

    private static final int SAID_KEPT = 1_000;

    private final Map<String, Page> pages = new TreeMap<>();
    private final List<Said> said = new ArrayList<>();
    private final Set<Told> told = new HashSet<>();

    /**
     * Something that was said about an alias.
     *
     * @param at when
     * @param id its identity
     * @param event what
     */
    public record Said(Instant at, EventId id, RegistryEvent event) {}

    /**
     * Somebody outside who was told of something, or could not be.
     *
     * @param event what
     * @param url who
     */
    public record Told(EventId event, String url) {}

    /**
     * A move.
     *
     * @param at when
     * @param event what
     */
    public record Moved(Instant at, AliasMoved event) {}

    /**
     * A decision.
     *
     * @param at when
     * @param id its identity
     * @param event what
     */
    public record Decided(Instant at, EventId id, GateDecided event) {}

    /**
     * One alias.
     *
     * @param model registry model
     * @param alias its alias
     * @param moves every move, oldest first
     * @param decisions what gates decided, oldest first; the last 200
     */
    public record Page(String model, String alias, List<Moved> moves, List<Decided> decisions) {
        public Page {
            moves = List.copyOf(moves);
            decisions = List.copyOf(decisions);
        }

        /** The checkpoint it stands for. */
        public Optional<CheckpointId> holder() {
            return moves.isEmpty()
                    ? Optional.empty()
                    : Optional.of(moves.getLast().event().to());
        }

        /** The challenger that waits for a person: the newest decision that asks one, unless something came after it. */
        public Optional<Decided> awaiting() {
            return decisions.isEmpty()
                    ? Optional.empty()
                    : Optional.of(decisions.getLast())
                            .filter(last -> last.event().verdict() == GateVerdict.AWAITING_APPROVAL)
                            .filter(last ->
                                    moves.isEmpty() || !moves.getLast().at().isAfter(last.at()));
        }
    }

    /**
     * Takes one occurrence.
     *
     * @return false when it is not about aliases, or says nothing new
     */
    boolean apply(Occurrence occurrence) {
        if (occurrence.body() instanceof WebhookEvent outcome) {
            return told.add(new Told(outcome.event(), outcome.url()));
        }
        if (!(occurrence.body() instanceof RegistryEvent event)) {
            return false;
        }
        boolean news = page(event, occurrence);
        if (news) {
            said.add(new Said(occurrence.time(), occurrence.id(), event));
            if (said.size() > SAID_KEPT) {
                said.removeFirst();
            }
        }
        return news;
    }

    private boolean page(RegistryEvent event, Occurrence occurrence) {
        Page page = pages.getOrDefault(event.subject(), new Page(event.model(), event.alias(), List.of(), List.of()));
        return switch (event) {
            case AliasMoved moved -> {
                boolean known = !page.moves().isEmpty()
                        && page.moves().getLast().event().revision() >= moved.revision();
                if (!known) {
                    List<Moved> moves = new ArrayList<>(page.moves());
                    moves.add(new Moved(occurrence.time(), moved));
                    pages.put(event.subject(), new Page(page.model(), page.alias(), moves, page.decisions()));
                }
                yield !known;
            }
            case GateDecided decided -> {
                boolean known =
                        page.decisions().stream().anyMatch(one -> one.id().equals(occurrence.id()));
                if (!known) {
                    List<Decided> decisions = new ArrayList<>(page.decisions());
                    decisions.add(new Decided(occurrence.time(), occurrence.id(), decided));
                    int first = Math.max(0, decisions.size() - DECISIONS_KEPT);
                    pages.put(
                            event.subject(),
                            new Page(
                                    page.model(),
                                    page.alias(),
                                    page.moves(),
                                    decisions.subList(first, decisions.size())));
                }
                yield !known;
            }
        };
    }

    /** What was said about aliases, oldest first; the last 1,000. */
    public List<Said> said() {
        return List.copyOf(said);
    }

    /** Whether somebody outside was told of something, or it was given up. */
    public boolean isDealtWith(Told one) {
        return told.contains(one);
    }

    /** Every alias of every model, by name. */
    public Collection<Page> pages() {
        return new LinkedHashMap<>(pages).values();
    }

    /** One alias, if anything is known of it. */
    public Optional<Page> page(String model, String alias) {
        return Optional.ofNullable(pages.get(model + "@" + alias));
    }
}
