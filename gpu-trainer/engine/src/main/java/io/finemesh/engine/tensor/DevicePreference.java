package io.finemesh.engine.tensor;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which device a person wants to compute with. */
public sealed interface DevicePreference {
    /** The host's processor. */
    DevicePreference PROCESSOR = new Processor();

    /** The first CUDA device where there is one, else the processor. */
    DevicePreference AUTOMATIC = new Automatic();

    /** The host's processor. */
    record Processor() implements DevicePreference {
        @Override
        public String toString() {
            return "cpu";
        }
    }

    /**
     * A CUDA device, and nothing else: a process that was promised one fails to start without it.
     *
     * @param index in the driver's order, from 0
     */
    record Cuda(int index) implements DevicePreference {
        @Override
        public String toString() {
            return "cuda:" + index;
        }
    }

    /** The first CUDA device where there is one, else the processor. */
    record Automatic() implements DevicePreference {
        @Override
        public String toString() {
            return "auto";
        }
    }

    /**
     * Reads {@code auto}, {@code cpu}, {@code cuda} (the first) or {@code cuda:N}.
     *
     * @throws IllegalArgumentException naming what is allowed
     */
    static DevicePreference parse(String text) {
        Matcher cuda = Pattern.compile("cuda(?::(\\d{1,2}))?").matcher(text);
        if (cuda.matches()) {
            return new Cuda(cuda.group(1) == null ? 0 : Integer.parseInt(cuda.group(1)));
        }
        return switch (text) {
            case "cpu" -> PROCESSOR;
            case "auto" -> AUTOMATIC;
            // A text is open-ended, unlike an enum: what is left is refused.
            default ->
                throw new IllegalArgumentException(
                        "device '" + text + "' is none; allowed: auto, cpu, cuda, cuda:0 to cuda:99");
        };
    }
}
