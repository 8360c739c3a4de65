package io.finemesh.docs;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Rules R1 to R9 of docs/architecture.md, checked on the compiled classes of every module. R10 (every message has a name, a golden file
 * and a catalogue entry) is checked by {@link EventCatalogueTest} and by the contract's own golden files.
 */
class LayeringTest {
    private static final String[] FRAMEWORKS = {
        "io.quarkus..",
        "io.smallrye..",
        "jakarta..",
        "org.eclipse.microprofile..",
        "org.apache.kafka..",
        "io.vertx..",
        "io.opentelemetry..",
        "org.jboss.."
    };

    private static JavaClasses everything;
    private static final Map<String, JavaClasses> BY_MODULE = new TreeMap<>();

    @BeforeAll
    static void readClasses() {
        List<Path> folders = SourceTree.MODULES.stream()
                .map(module -> SourceTree.file(module).resolve("target/classes"))
                .toList();
        assertThat(folders).as("compiled modules; run ./finemesh test").allMatch(Files::isDirectory);
        everything = new ClassFileImporter().importPaths(folders);
        for (int index = 0; index < folders.size(); index++) {
            BY_MODULE.put(SourceTree.MODULES.get(index), everything.that(areCompiledTo(folders.get(index))));
        }
    }

    private static DescribedPredicate<JavaClass> areCompiledTo(Path folder) {
        String place = folder.toUri().normalize().toString();
        return describe("are compiled to " + folder, type -> type.getSource()
                .map(source -> source.getUri().normalize().toString().startsWith(place))
                .orElse(false));
    }

    @Test
    void r1TheContractNeedsJacksonAndOnlyItsWirePackageKafka() {
        classes()
                .that()
                .resideInAPackage("io.finemesh.contract..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("io.finemesh.contract..", "java..", "com.fasterxml.jackson..", "org.apache.kafka..")
                .check(everything);
        noClasses()
                .that()
                .resideInAPackage("io.finemesh.contract..")
                .and()
                .resideOutsideOfPackage("io.finemesh.contract.wire..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.kafka..")
                .check(everything);
    }

    @Test
    void r2TheLibrariesKnowNeitherContractNorFrameworks() {
        classes()
                .that()
                .resideInAPackage("io.finemesh.checkpoint..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("io.finemesh.checkpoint..", "java..", "com.fasterxml.jackson..")
                .check(everything);
        classes()
                .that()
                .resideInAPackage("io.finemesh.plan..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("io.finemesh.plan..", "io.finemesh.checkpoint.model..", "java..")
                .check(everything);
        classes()
                .that()
                .resideInAPackage("io.finemesh.score..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("io.finemesh.score..", "java..", "com.fasterxml.jackson..")
                .check(everything);
        classes()
                .that()
                .resideInAPackage("io.finemesh.template..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("io.finemesh.template..", "java..", "com.fasterxml.jackson..")
                .check(everything);
        classes()
                .that()
                .resideInAPackage("io.finemesh.engine..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.finemesh.engine..",
                        "io.finemesh.plan..",
                        "io.finemesh.template..",
                        "io.finemesh.checkpoint..",
                        "java..",
                        "org.bytedeco..",
                        "ai.djl..",
                        "com.fasterxml.jackson..",
                        "org.slf4j..")
                .check(everything);
    }

    @Test
    void r3NoServiceKnowsAnother() {
        List<String> services = List.of("gateway", "scheduler", "trainer", "store", "evaluator");
        for (String service : services) {
            String[] others = services.stream()
                    .filter(other -> !other.equals(service))
                    .map(other -> "io.finemesh." + other + "..")
                    .toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage("io.finemesh." + service + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(others)
                    .check(everything);
        }
    }

    @Test
    void r4TheEvaluatorNeverTrains() {
        noClasses()
                .that()
                .resideInAPackage("io.finemesh.evaluator..")
                .should()
                .dependOnClassesThat(resideInAPackage("io.finemesh.engine..")
                        .and(not(resideInAnyPackage(
                                "io.finemesh.engine.tensor..",
                                "io.finemesh.engine.model..",
                                "io.finemesh.engine.text..",
                                "io.finemesh.engine.data..",
                                "io.finemesh.engine.loss..",
                                "io.finemesh.engine.change.."))))
                .check(everything);
        noClasses()
                .that()
                .resideInAPackage("io.finemesh.engine.loss..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.finemesh.engine.optim..", "io.finemesh.engine.train..")
                .check(everything);
        assertThat(everything.contain("io.finemesh.engine.loss.EvaluationPass")).isTrue();
    }

    @Test
    void r5LibrariesDeclareNoBeans() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "io.finemesh.contract..",
                        "io.finemesh.checkpoint..",
                        "io.finemesh.plan..",
                        "io.finemesh.score..",
                        "io.finemesh.engine..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("jakarta..", "io.quarkus..", "org.eclipse.microprofile..")
                .check(everything);
    }

    @Test
    void r6NativeMemoryStaysInTheEngine() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.finemesh.engine..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.bytedeco..")
                .check(everything);
        noClasses()
                .that()
                .resideInAPackage("io.finemesh.engine..")
                .and()
                .resideOutsideOfPackages("io.finemesh.engine.tensor..", "io.finemesh.engine.kernel..")
                .should()
                .dependOnClassesThat()
                .haveNameMatching("org\\.bytedeco\\.javacpp\\.(PointerScope|BytePointer|FloatPointer|Loader)")
                .check(everything);
    }

    @Test
    void r7DecisionsAreFreeOfFrameworksKafkaInputAndLogging() {
        String[] pure = {
            "io.finemesh.scheduler.lifecycle..",
            "io.finemesh.scheduler.planning..",
            "io.finemesh.scheduler.placement..",
            "io.finemesh.scheduler.lease..",
            "io.finemesh.scheduler.trigger..",
            "io.finemesh.scheduler.promotion..",
            "io.finemesh.gateway.admission..",
            "io.finemesh.gateway.view..",
            "io.finemesh.store.intake..",
            "io.finemesh.evaluator.score..",
            "io.finemesh.score..",
            "io.finemesh.evaluator.report.."
        };
        noClasses()
                .that()
                .resideInAnyPackage(pure)
                .should()
                .dependOnClassesThat(resideInAnyPackage(FRAMEWORKS)
                        .or(resideInAnyPackage(
                                "java.nio.channels..", "java.net.http..", "java.util.logging..", "org.slf4j..")))
                .check(everything);
        for (String name : pure) {
            assertThat(everything.stream()
                            .anyMatch(type -> resideInAPackage(name).test(type)))
                    .as("classes in %s", name)
                    .isTrue();
        }
    }

    @Test
    void r8TimeAndRandomnessAreInjected() {
        noClasses()
                .that(not(resideInAnyPackage("io.finemesh.local..", "io.finemesh.demo..", "io.finemesh.cli..")))
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(java.time.Instant.class, "now")
                .orShould()
                .callMethod(Math.class, "random")
                .orShould()
                .callConstructor(java.util.Random.class)
                .check(everything);
    }

    @Test
    void r9NoPackageCyclesAndNoPackageInTwoModules() {
        slices().matching("io.finemesh.(*).(*)..").should().beFreeOfCycles().check(everything);
        Map<String, String> home = new TreeMap<>();
        BY_MODULE.forEach((module, classes) -> {
            for (JavaClass type : classes) {
                String first = home.putIfAbsent(type.getPackageName(), module);
                assertThat(first == null || first.equals(module))
                        .as("package %s in both %s and %s", type.getPackageName(), first, module)
                        .isTrue();
            }
        });
    }

    @Test
    void theRulesWouldNoticeAnEmptyModule() {
        BY_MODULE.forEach((module, classes) -> assertThat(classes).as(module).isNotEmpty());
        assertThat(everything.contain("io.finemesh.contract.Message")).isTrue();
    }
}
