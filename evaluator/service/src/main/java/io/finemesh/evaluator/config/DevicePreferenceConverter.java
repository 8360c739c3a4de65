package io.finemesh.evaluator.config;

import io.finemesh.engine.tensor.DevicePreference;
import org.eclipse.microprofile.config.spi.Converter;

/** Reads a device's name from the configuration; one that is none stops the start with what is allowed. */
public final class DevicePreferenceConverter implements Converter<DevicePreference> {
    private static final long serialVersionUID = 1;

    /** Made by the configuration. */
    public DevicePreferenceConverter() {}

    @Override
    public DevicePreference convert(String value) {
        return DevicePreference.parse(value.strip());
    }
}
