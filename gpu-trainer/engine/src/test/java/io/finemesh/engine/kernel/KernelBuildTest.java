package io.finemesh.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Kernels as compilers see them: for devices, within a budget of registers, and for the host under sanitizers. */
class KernelBuildTest {
    /** Registers of a thread at most: what still lets a multiprocessor hold its full number of threads (65,536 / 1,536, or a little less). */
    private static final Map<String, Integer> REGISTERS =
            Map.of("adam_8bit_step", 32, "project", 40, "project_back_update", 40);

    private static final List<String> ARCHITECTURES = List.of("sm_80", "sm_86", "sm_89", "sm_90");
    private static final Pattern FUNCTION = Pattern.compile("Compiling entry function '(\\w+)'");
    private static final Pattern SPILLS = Pattern.compile("(\\d+) bytes spill stores, (\\d+) bytes spill loads");
    private static final Pattern USED = Pattern.compile("Used (\\d+) registers");

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(KernelSource.class)
    void compilesForEveryDeviceWithoutSpills(KernelSource source) throws Exception {
        String nvcc = Arrays.stream(System.getenv("PATH").split(":"))
                .map(place -> Path.of(place, "nvcc"))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .orElse(null);
        Assumptions.assumeTrue(nvcc != null, "nvcc is not on the PATH: kernels cannot be compiled for devices");
        Files.writeString(folder.resolve(source.file()), source.text());
        for (String architecture : ARCHITECTURES) {
            String said = HostKernels.run(
                    folder,
                    nvcc,
                    "-arch=" + architecture,
                    "-cubin",
                    "-fmad=false",
                    "--ptxas-options=-v",
                    "-o",
                    folder.resolve("out.cubin").toString(),
                    source.file());
            assertBudget(source, architecture, said);
        }
    }

    @ParameterizedTest
    @EnumSource(KernelSource.class)
    void compilesWithNvrtcWhereTheCudaLibrariesAre(KernelSource source) {
        Assumptions.assumeTrue(
                KernelBuildTest.class.getResource("/org/bytedeco/cuda/linux-x86_64/libnvrtc.so.12") != null,
                "the CUDA libraries are not in this build (profile cuda): NVRTC cannot run");
        for (String architecture : ARCHITECTURES) {
            KernelCompiler.Compiled compiled = KernelCompiler.compile(source, architecture);
            assertThat(compiled.binary()).startsWith(0x7f, 'E', 'L', 'F');
            assertBudget(source, architecture, compiled.log());
        }
    }

    @Test
    void sanitizersFindNothing() throws Exception {
        HostKernels.unpack(folder, text -> text);
        HostKernels.run(
                folder,
                HostKernels.compiler(),
                "-std=c++17",
                "-O1",
                "-g",
                "-ffp-contract=off",
                "-fsanitize=address,undefined",
                "-fno-sanitize-recover=all",
                "-Wno-unused-function",
                "-o",
                "sanitized",
                "sanitized_kernels.cpp");
        HostKernels.run(folder, folder.resolve("sanitized").toString());
    }

    private static void assertBudget(KernelSource source, String architecture, String log) {
        Map<String, Integer> used = new TreeMap<>();
        String function = null;
        for (String line : log.lines().toList()) {
            Matcher entry = FUNCTION.matcher(line);
            Matcher spills = SPILLS.matcher(line);
            Matcher registers = USED.matcher(line);
            if (entry.find()) {
                function = entry.group(1);
            } else if (spills.find()) {
                assertThat(spills.group())
                        .as("%s for %s", function, architecture)
                        .startsWith("0 bytes")
                        .contains(", 0 bytes");
            } else if (registers.find()) {
                used.put(function, Integer.valueOf(registers.group(1)));
            }
        }
        assertThat(used.keySet())
                .as("kernels in the log: %s", log)
                .containsExactlyInAnyOrderElementsOf(source.functions());
        used.forEach((name, registers) -> assertThat(registers)
                .as("registers of %s for %s", name, architecture)
                .isLessThanOrEqualTo(REGISTERS.get(name)));
    }
}
