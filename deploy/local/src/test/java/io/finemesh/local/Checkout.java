package io.finemesh.local;

import io.finemesh.local.process.FakeService;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** A folder that looks like a built checkout to the launcher script: the real script, and stand-ins for what a build makes. */
final class Checkout {
    private static final List<String> SERVICES = List.of(
            "gateway/service", "scheduler", "checkpoint-store/service", "gpu-trainer/service", "evaluator/service");
    private static final List<String> PLAIN =
            List.of("deploy/local", "deploy/demo", "gateway/cli", "gpu-trainer/workbench");

    private final Path root;
    private final Map<String, String> environment = new TreeMap<>();

    Checkout(Path root) throws IOException {
        this.root = root;
        Files.createDirectories(root.resolve(".ci"));
        for (String script : List.of("finemesh", ".ci/test-summary.awk")) {
            Files.copy(
                    Path.of(System.getProperty("finemesh.root")).resolve(script),
                    root.resolve(script),
                    StandardCopyOption.COPY_ATTRIBUTES);
        }
        Files.writeString(root.resolve("pom.xml"), "<project/>");
    }

    Path root() {
        return root;
    }

    Checkout with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** What a build makes: services that are {@link FakeService}s, this module as it is. */
    void pretendBuilt() throws IOException {
        for (String module : PLAIN) {
            Path target = Files.createDirectories(root.resolve(module).resolve("target"));
            Files.createDirectories(target.resolve("classes"));
            Files.writeString(target.resolve("classpath"), System.getProperty("java.class.path"));
        }
        for (String module : SERVICES) {
            writeService(root.resolve(module).resolve("target/quarkus-app/quarkus-run.jar"));
        }
        Files.createDirectories(root.resolve(".finemesh"));
        Files.writeString(root.resolve(".finemesh/stamp"), "");
    }

    /** A program in a folder of the checkout. */
    Path program(String name, String script) throws IOException {
        Path program = root.resolve(name);
        Files.createDirectories(program.getParent());
        Files.writeString(program, "#!/usr/bin/env bash\n" + script + "\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return program;
    }

    /** Runs the script to its end. */
    Outcome run(String... arguments) throws IOException, InterruptedException {
        return runFrom(root, root.resolve("finemesh"), arguments);
    }

    /** Runs it by another name or from another folder. */
    Outcome runFrom(Path folder, Path script, String... arguments) throws IOException, InterruptedException {
        Process process = start(folder, script, arguments);
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), text);
    }

    /** Starts the script; its output and its errors are one stream. */
    Process start(Path folder, Path script, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("FINEMESH_") || name.startsWith("MAVEN"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** How a run ended and what it said. */
    record Outcome(int status, String text) {}

    private static void writeService(Path jar) throws IOException {
        Files.createDirectories(jar.getParent());
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, FakeService.class.getName());
        String entry = FakeService.class.getName().replace('.', '/') + ".class";
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest);
                var code = FakeService.class.getClassLoader().getResourceAsStream(entry)) {
            out.putNextEntry(new JarEntry(entry));
            code.transferTo(out);
        }
    }
}
