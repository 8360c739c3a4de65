package io.finemesh.cli.command;

import io.finemesh.cli.client.Gateway;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * An alias of a model as it is written on the command line.
 *
 * @param model registry model
 * @param alias its alias
 */
record AliasName(String model, String alias) {
    /** Its address. */
    String path() {
        return "/v1/aliases/" + Gateway.encode(model) + "/" + Gateway.encode(alias);
    }

    @Override
    public String toString() {
        return model + "@" + alias;
    }

    /** Reads {@code MODEL@ALIAS}. */
    static final class Reader implements ITypeConverter<AliasName> {
        @Override
        public AliasName convert(String text) {
            int at = text.indexOf('@');
            if (at < 1 || at == text.length() - 1) {
                throw new TypeConversionException(
                        "'" + text + "' is no alias; write MODEL@ALIAS, such as my-model@champion");
            }
            return new AliasName(text.substring(0, at), text.substring(at + 1));
        }
    }
}
