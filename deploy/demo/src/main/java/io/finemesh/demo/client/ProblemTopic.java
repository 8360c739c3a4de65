package io.finemesh.demo.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.StringSerializer;

/** Somebody's Kafka topic, as any service that knows nothing of the mesh would write to it. */
public final class ProblemTopic implements MessageSink {
    private static final String TIMEOUT_MILLIS = "30000";

    private final String name;
    private final KafkaProducer<String, String> producer;

    private ProblemTopic(String name, KafkaProducer<String, String> producer) {
        this.name = name;
        this.producer = producer;
    }

    /**
     * Makes a topic of one partition, if it is not there, and a producer for it.
     *
     * @param broker address for {@code bootstrap.servers}
     * @throws GatewayException when the broker does not answer, or refuses
     */
    public static ProblemTopic open(String broker, String name) throws GatewayException {
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", broker, "default.api.timeout.ms", TIMEOUT_MILLIS))) {
            admin.createTopics(List.of(new NewTopic(name, 1, (short) 1))).all().get();
        } catch (ExecutionException refused) {
            if (!(refused.getCause() instanceof TopicExistsException)) {
                throw failed(broker, "does not make topic " + name, refused.getCause());
            }
        } catch (KafkaException refused) {
            // An address that is none; the cause says what is wrong with it.
            throw failed(broker, "is no broker", refused.getCause() == null ? refused : refused.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new GatewayException("interrupted while making topic " + name, interrupted);
        }
        Map<String, Object> settings = Map.of("bootstrap.servers", broker, "acks", "all", "linger.ms", "20");
        return new ProblemTopic(name, new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer()));
    }

    @Override
    public void send(List<String> messages) throws GatewayException {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        messages.forEach(message -> sent.add(producer.send(new ProducerRecord<>(name, message))));
        try {
            for (Future<RecordMetadata> each : sent) {
                each.get();
            }
        } catch (ExecutionException refused) {
            throw failed("the broker", "does not take messages for " + name, refused.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new GatewayException("interrupted while writing to " + name, interrupted);
        }
    }

    private static GatewayException failed(String broker, String what, Throwable cause) {
        return new GatewayException(broker + " " + what + ": " + cause.getMessage(), cause);
    }

    @Override
    public void close() {
        producer.close();
    }
}
