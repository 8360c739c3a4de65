package io.finemesh.gateway.webhook;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.contract.Message;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.json.WireMapper;
import io.finemesh.contract.policy.PolicyDefined;
import io.finemesh.contract.policy.Webhook;
import io.finemesh.contract.registry.RegistryEvent;
import io.finemesh.contract.webhook.WebhookDelivered;
import io.finemesh.contract.webhook.WebhookEvent;
import io.finemesh.contract.webhook.WebhookGivenUp;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.Topics;
import io.finemesh.contract.wire.WireNames;
import io.finemesh.gateway.board.Board;
import io.finemesh.gateway.config.GatewayConfig;
import io.finemesh.gateway.messaging.BrokerUnavailableException;
import io.finemesh.gateway.messaging.CommandPublisher;
import io.finemesh.gateway.view.MeshView;
import io.finemesh.gateway.view.RegistryBook.Said;
import io.finemesh.gateway.view.RegistryBook.Told;
import io.finemesh.gateway.view.Source;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jboss.logging.Logger;

/**
 * Tells the webhooks of policies what was decided about the policy's alias.
 *
 * <ol>
 *   <li>What was told, or given up, stands on the webhooks' topic; whatever of the last week does not is told, by this life of the gateway or the next.
 *   <li>No answer, 408, 429 and 5xx are tried again with doubled pauses; another refusal, and too many attempts, are given up with the reason.
 *   <li>A crash between telling and saying so tells twice, under the same {@code webhook-id}.
 * </ol>
 */
@ApplicationScoped
public class WebhookSender {
    private static final Logger LOG = Logger.getLogger(WebhookSender.class);
    private static final Duration FRESH = Duration.ofDays(7);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Board board;
    private final CommandPublisher publisher;
    private final GatewayConfig.Webhooks config;
    private final Clock clock;
    private final ObjectMapper mapper = WireMapper.create();
    private final Set<Told> underWay = ConcurrentHashMap.newKeySet();
    private final ExecutorService deliveries = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("webhook-", 0).factory());
    private final WebhookCall call;
    private volatile Thread worker;

    private record Delivery(Said said, Webhook webhook) {
        Told told() {
            return new Told(said.id(), webhook.url());
        }
    }

    /** Wires what it needs. */
    public WebhookSender(Board board, CommandPublisher publisher, GatewayConfig config, Clock clock) {
        this.board = board;
        this.publisher = publisher;
        this.config = config.webhooks();
        this.clock = clock;
        this.call = new WebhookCall(config.webhooks().timeout(), clock);
    }

    void start(@Observes StartupEvent started) {
        worker = Thread.ofVirtual().name("webhooks").start(this::follow);
    }

    void stop(@Observes ShutdownEvent stopping) {
        Thread running = worker;
        if (running != null) {
            running.interrupt();
        }
        deliveries.shutdownNow();
        call.close();
    }

    private void follow() {
        try {
            long seen = -1;
            while (!Thread.currentThread().isInterrupted()) {
                board.awaitChange(seen, PATIENCE);
                seen = board.version();
                if (board.rebuilt()) {
                    Instant from = clock.instant().minus(FRESH);
                    board.read(mesh -> open(mesh, from)).stream()
                            .filter(delivery -> underWay.add(delivery.told()))
                            .forEach(delivery -> deliveries.execute(() -> deliver(delivery)));
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private static List<Delivery> open(MeshView mesh, Instant from) {
        List<Delivery> open = new ArrayList<>();
        for (Said said : mesh.registry().said()) {
            if (said.at().isAfter(from)) {
                webhooks(mesh, said.event()).stream()
                        .map(webhook -> new Delivery(said, webhook))
                        .filter(delivery -> !mesh.registry().isDealtWith(delivery.told()))
                        .forEach(open::add);
            }
        }
        return open;
    }

    private static List<Webhook> webhooks(MeshView mesh, RegistryEvent event) {
        return mesh.policies().policies().stream()
                .filter(policy ->
                        policy.model().equals(event.model()) && policy.alias().equals(event.alias()))
                .map(PolicyDefined::webhooks)
                .flatMap(List::stream)
                .distinct()
                .toList();
    }

    private void deliver(Delivery delivery) {
        try {
            say(outcome(delivery));
        } catch (InterruptedException | BrokerUnavailableException later) {
            LOG.debugf("%s is told again later: %s", delivery.webhook().url(), later.getMessage());
        } finally {
            underWay.remove(delivery.told());
        }
    }

    private WebhookEvent outcome(Delivery delivery) throws InterruptedException {
        EventId id = delivery.said().id();
        String url = delivery.webhook().url();
        Optional<String> secret =
                Optional.ofNullable(config.secrets().get(delivery.webhook().secret()));
        if (secret.isEmpty()) {
            return new WebhookGivenUp(
                    id,
                    url,
                    0,
                    "the gateway has no secret named '" + delivery.webhook().secret()
                            + "'; set finemesh.gateway.webhooks.secrets."
                            + delivery.webhook().secret());
        }
        byte[] body = body(delivery.said());
        Duration rest = config.firstPause();
        for (int attempt = 1; ; attempt++) {
            WebhookCall.Attempt result = call.send(url, id, secret.get(), body);
            if (result.taken()) {
                return new WebhookDelivered(id, url, attempt, result.status());
            }
            if (!result.again() || attempt == config.attempts()) {
                LOG.warnf("%s is not told of %s: %s", url, id, result.message());
                return new WebhookGivenUp(id, url, attempt, result.message());
            }
            Thread.sleep(rest);
            rest = rest.multipliedBy(2);
        }
    }

    private byte[] body(Said said) {
        ObjectNode body = mapper.createObjectNode();
        Message event = said.event();
        body.put("type", WireNames.of(event.getClass()));
        body.put("id", said.id().value());
        body.put("timestamp", said.at().toString());
        body.set("data", mapper.valueToTree(event));
        try {
            return mapper.writeValueAsBytes(body);
        } catch (IOException impossible) {
            throw new IllegalStateException("a contract record that JSON cannot express: " + event, impossible);
        }
    }

    private void say(WebhookEvent outcome) throws BrokerUnavailableException {
        publisher.send(
                Topics.WEBHOOKS,
                Source.WEBHOOKS,
                Envelope.starting(
                        EventId.derived(outcome.event(), "webhook " + outcome.url(), 0),
                        "/gateway",
                        outcome.event().value(),
                        clock.instant(),
                        Optional.empty(),
                        outcome));
    }
}
