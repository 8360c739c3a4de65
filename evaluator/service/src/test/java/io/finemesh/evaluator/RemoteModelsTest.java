package io.finemesh.evaluator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.contract.evaluation.RemoteModel;
import io.finemesh.evaluator.config.EvaluatorConfig;
import io.finemesh.evaluator.evaluation.EvaluationException;
import io.finemesh.evaluator.server.ModelServer;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RemoteModelsTest {
    private static final String KEY = "key-nobody-may-see";

    private final RemoteModels models = new RemoteModels(
            new SmallRyeConfigBuilder()
                    .withMapping(EvaluatorConfig.class)
                    .withConverter(Duration.class, 500, new DurationConverter())
                    .withDefaultValues(Map.of(
                            "finemesh.evaluator.remote.secrets.open", KEY,
                            "finemesh.evaluator.remote.secrets.homeless", KEY,
                            "finemesh.evaluator.remote.hosts.open", "models.example, 127.0.0.1"))
                    .build()
                    .getConfigMapping(EvaluatorConfig.class)
                    .remote(),
            Clock.systemUTC());

    private static RemoteModel model(String url, String secret) {
        return new RemoteModel(url, "big", Optional.ofNullable(secret));
    }

    @Test
    void aSecretGoesToTheHostsNamedForIt() throws Exception {
        assertThat(models.judge(model("https://models.example/v1", "open"), ModelServer.Budget.NONE))
                .isNotNull();
        assertThat(models.of(model("http://127.0.0.1:9000/v1", "open"))).isNotNull();
        assertThat(models.of(model("https://anywhere.example/v1", null))).isNotNull();
    }

    @Test
    void aSecretGoesNowhereElse() {
        for (String url : new String[] {
            "https://evil.example/v1", "https://models.example.evil.example/v1", "https://sub.models.example/v1"
        }) {
            assertThatThrownBy(() -> models.judge(model(url, "open"), ModelServer.Budget.NONE))
                    .as(url)
                    .isInstanceOf(EvaluationException.class)
                    .hasMessageContaining("may not be sent to")
                    .hasMessageContaining("models.example, 127.0.0.1")
                    .hasMessageNotContaining(KEY);
        }
        assertThatThrownBy(() -> models.of(model("https://models.example/v1", "homeless")))
                .isInstanceOf(EvaluationException.class)
                .hasMessageContaining("no host is named for it")
                .hasMessageContaining("finemesh.evaluator.remote.hosts.homeless");
    }
}
