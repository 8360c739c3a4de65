package io.finemesh.local;

import io.finemesh.local.home.MeshHome;
import io.finemesh.local.ports.PortPlan;
import io.finemesh.local.process.RestartPolicy;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * What a mesh runs, and where.
 *
 * @param root the repository, built
 * @param home the folder that everything is kept in
 * @param ports the loopback ports
 * @param services started in this order, ended in the reverse one
 * @param parentEnvironment the environment that settings for people are taken from
 * @param extraEnvironment by service name: variables on top of, or instead of, what the mesh sets
 * @param restartPolicy when a crashed service is started again
 * @param readyLimit how long {@link Mesh#awaitReady()} waits
 * @param drainLimit how long each service may take to end before it is killed
 * @param fresh whether what an earlier mesh kept in this home is deleted at the start
 */
public record MeshLayout(
        Path root,
        MeshHome home,
        PortPlan ports,
        List<ServiceDefinition> services,
        Map<String, String> parentEnvironment,
        Map<String, Map<String, String>> extraEnvironment,
        RestartPolicy restartPolicy,
        Duration readyLimit,
        Duration drainLimit,
        boolean fresh) {
    /** The bucket that holds checkpoints and data sets. */
    public static final String BUCKET = "finemesh";

    static final String HOME_VARIABLE = "FINEMESH_HOME";
    static final String PORT_VARIABLE = "FINEMESH_PORT_BASE";

    private static final Duration READY_LIMIT = Duration.ofSeconds(180);
    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(30);

    public MeshLayout {
        root = root.toAbsolutePath().normalize();
        services = List.copyOf(services);
        parentEnvironment = Map.copyOf(parentEnvironment);
        extraEnvironment = Map.copyOf(extraEnvironment);
    }

    /** The mesh of a repository as {@code ./finemesh up} starts it: state in {@code .finemesh}, ports from 7400. */
    public static MeshLayout ofRepository(Path root) {
        return new MeshLayout(
                root,
                new MeshHome(root.resolve(".finemesh")),
                new PortPlan(PortPlan.DEFAULT_BASE),
                ServiceDefinition.all(root.toAbsolutePath().normalize()),
                System.getenv(),
                Map.of(),
                RestartPolicy.DEFAULT,
                READY_LIMIT,
                DRAIN_LIMIT,
                false);
    }

    /**
     * The same with what a person chose by {@code FINEMESH_HOME} and {@code FINEMESH_PORT_BASE}.
     *
     * @throws IllegalArgumentException when a value cannot be used
     */
    static MeshLayout ofEnvironment(Path root, Map<String, String> environment) {
        MeshLayout layout = ofRepository(root).withParentEnvironment(environment);
        String home = environment.getOrDefault(HOME_VARIABLE, "");
        if (!home.isBlank()) {
            layout = layout.withHome(Path.of(home));
        }
        String base = environment.getOrDefault(PORT_VARIABLE, "");
        if (!base.isBlank()) {
            layout = layout.withPortBase(parsePort(base));
        }
        return layout;
    }

    public MeshLayout withHome(Path directory) {
        return with(new MeshHome(directory), ports, services, parentEnvironment, extraEnvironment, fresh);
    }

    public MeshLayout withPortBase(int base) {
        return with(home, new PortPlan(base), services, parentEnvironment, extraEnvironment, fresh);
    }

    /** On ports that are free at the moment. */
    public MeshLayout withFreePorts() {
        return withPortBase(PortPlan.free(RandomGenerator.getDefault()).base());
    }

    /** What an earlier mesh kept in this home is deleted at the start. */
    public MeshLayout withFreshStart() {
        return with(home, ports, services, parentEnvironment, extraEnvironment, true);
    }

    /** One more variable for one service; it wins over what the mesh sets. */
    public MeshLayout withEnvironment(String service, String name, String value) {
        Map<String, Map<String, String>> extra = new HashMap<>(extraEnvironment);
        Map<String, String> variables = new HashMap<>(extra.getOrDefault(service, Map.of()));
        variables.put(name, value);
        extra.put(service, Map.copyOf(variables));
        return with(home, ports, services, parentEnvironment, extra, fresh);
    }

    /** One more variable for the mesh itself, as if a person had set it, such as {@code FINEMESH_OTLP_ENDPOINT}. */
    public MeshLayout withSetting(String name, String value) {
        Map<String, String> environment = new HashMap<>(parentEnvironment);
        environment.put(name, value);
        return withParentEnvironment(environment);
    }

    MeshLayout withParentEnvironment(Map<String, String> environment) {
        return with(home, ports, services, environment, extraEnvironment, fresh);
    }

    MeshLayout withServices(List<ServiceDefinition> definitions) {
        return with(home, ports, definitions, parentEnvironment, extraEnvironment, fresh);
    }

    MeshLayout withLimits(RestartPolicy policy, Duration ready, Duration drain) {
        return new MeshLayout(
                root, home, ports, services, parentEnvironment, extraEnvironment, policy, ready, drain, fresh);
    }

    /** Address of the gateway. */
    public URI gateway() {
        return address(0);
    }

    /** Address of the broker for {@code bootstrap.servers}. */
    public String bootstrapServers() {
        return "127.0.0.1:" + ports.kafka();
    }

    /** Address of the object store. */
    public URI storageEndpoint() {
        return URI.create("http://127.0.0.1:" + ports.storage());
    }

    URI address(int portOffset) {
        return URI.create("http://127.0.0.1:" + ports.service(portOffset));
    }

    /** Nothing is called so. */
    MeshException unknown(String service) {
        return new MeshException("There is no service \"" + service + "\"; there are "
                + String.join(
                        ", ", services.stream().map(ServiceDefinition::name).toList()));
    }

    /** Every port with what it is for. */
    List<PortPlan.Use> portUses() {
        List<PortPlan.Use> uses = new ArrayList<>();
        services.forEach(service -> uses.add(new PortPlan.Use(ports.service(service.portOffset()), service.name())));
        uses.add(new PortPlan.Use(ports.kafka(), "kafka"));
        uses.add(new PortPlan.Use(ports.kafkaController(), "kafka controller"));
        uses.add(new PortPlan.Use(ports.storage(), "s3"));
        return uses;
    }

    private MeshLayout with(
            MeshHome newHome,
            PortPlan newPorts,
            List<ServiceDefinition> newServices,
            Map<String, String> newParentEnvironment,
            Map<String, Map<String, String>> newExtraEnvironment,
            boolean newFresh) {
        return new MeshLayout(
                root,
                newHome,
                newPorts,
                newServices,
                newParentEnvironment,
                newExtraEnvironment,
                restartPolicy,
                readyLimit,
                drainLimit,
                newFresh);
    }

    private static int parsePort(String text) {
        try {
            return Integer.parseInt(text.strip());
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException(
                    PORT_VARIABLE + " must be the number of the first port; found \"" + text + "\"", notANumber);
        }
    }
}
