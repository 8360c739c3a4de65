package io.finemesh.checkpoint.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.checkpoint.json.JsonException;
import io.finemesh.checkpoint.json.StrictJson;
import io.finemesh.checkpoint.safetensors.Dtype;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Reads {@code config.json}. Bounds are wide enough for every published decoder and small enough that nothing derived from them
 * overflows or is allocated for an absurd value.
 */
final class ConfigurationReader {
    static final int MAX_JSON_BYTES = 16 * 1024 * 1024;
    static final int MAX_VOCABULARY = 1 << 24;
    static final int MAX_WIDTH = 1 << 20;
    static final int MAX_LAYERS = 4096;
    static final int MAX_HEADS = 1 << 16;
    static final int MAX_HEAD_DIMENSION = 1 << 14;
    static final int MAX_POSITIONS = 1 << 28;
    static final int MAX_EOS_TOKENS = 1024;
    static final long MAX_PARAMETERS = 4_000_000_000_000L;

    private static final Map<String, Dtype> DTYPES =
            Map.of("float32", Dtype.F32, "bfloat16", Dtype.BF16, "float16", Dtype.F16);

    private final ConfigurationFields fields;

    private ConfigurationReader(ConfigurationFields fields) {
        this.fields = fields;
    }

    static ModelConfiguration read(byte[] json) {
        if (json.length > MAX_JSON_BYTES) {
            throw new ModelConfigurationException(
                    List.of(new Problem("(whole file)", json.length + " bytes", "at most " + MAX_JSON_BYTES)));
        }
        try {
            ConfigurationFields fields = ConfigurationFields.of(StrictJson.object(json));
            return new ConfigurationReader(fields).read(new String(json, StandardCharsets.UTF_8));
        } catch (JsonException malformed) {
            throw new ModelConfigurationException(
                    List.of(new Problem("(whole file)", malformed.getMessage(), "one JSON object in UTF-8")));
        }
    }

    private ModelConfiguration read(String json) {
        Optional<ModelFamily> known = readFamily();
        if (known.isEmpty() && fields.has("model_type")) {
            requireNoProblems(); // another family's fields would only be misjudged by Llama's rules
        }
        ModelFamily family = known.orElse(ModelFamily.LLAMA);
        refuseUnsupportedFeatures(family);
        FamilyDefaults defaults = family.defaults();
        int vocabulary = fields.required("vocab_size", 1, MAX_VOCABULARY);
        int hidden = fields.required("hidden_size", 1, MAX_WIDTH);
        int intermediate = fields.required("intermediate_size", 1, MAX_WIDTH);
        int layers = fields.required("num_hidden_layers", 1, MAX_LAYERS);
        int heads = fields.required("num_attention_heads", 1, MAX_HEADS);
        int keyValueHeads = readKeyValueHeads(heads, defaults);
        int headDimension = readHeadDimension(hidden, heads, defaults);
        int maxPositions = fields.integer("max_position_embeddings", 1, MAX_POSITIONS, defaults.maxPositions());
        double epsilon = fields.number(
                "rms_norm_eps", e -> e > 0 && e < 1, "a number above 0 and below 1", defaults.rmsNormEpsilon());
        DecoderParts parts = new AttentionReader(fields, family).read(hidden, layers, headDimension, maxPositions);
        boolean tied = fields.flag("tie_word_embeddings", defaults.tied());
        Activation activation = readActivation(family);
        Optional<Dtype> dtype = readDtype();
        int lastToken = fields.sound("vocab_size") ? vocabulary - 1 : Integer.MAX_VALUE;
        OptionalInt bos = readToken("bos_token_id", lastToken);
        List<Integer> eos = readEosTokens(lastToken);
        OptionalInt pad = readPad(lastToken);
        requireNoProblems();
        ModelConfiguration configuration = new ModelConfiguration(
                family.modelType(),
                vocabulary,
                hidden,
                intermediate,
                layers,
                heads,
                keyValueHeads,
                headDimension,
                maxPositions,
                epsilon,
                tied,
                activation,
                parts,
                dtype,
                bos,
                eos,
                pad,
                json);
        requirePlausibleSize(configuration);
        return configuration;
    }

    private Optional<ModelFamily> readFamily() {
        JsonNode type = fields.value("model_type");
        Optional<ModelFamily> family =
                type == null || !type.isTextual() ? Optional.empty() : ModelFamily.of(type.textValue());
        if (family.isEmpty()) {
            fields.problem("model_type", "one of the supported families: " + ModelFamily.supportedTypes());
        }
        return family;
    }

    /** Fields that change what the model computes in a way this version does not. */
    private void refuseUnsupportedFeatures(ModelFamily family) {
        JsonNode architectures = fields.value("architectures");
        if (architectures != null
                && !(architectures.isArray()
                        && architectures.size() == 1
                        && family.architecture().equals(architectures.get(0).asText()))) {
            fields.problem("architectures", "[\"" + family.architecture() + "\"] or absent");
        }
        if (fields.has("quantization_config")) {
            fields.problem("quantization_config", "absent; use the unquantized weights of this model");
        }
        if (fields.has("auto_map") && !family.features().contains("auto_map")) {
            fields.problem("auto_map", "absent; models that bring their own code are not supported");
        }
        ConfigurationFeatures.refuseMissing(fields, family);
        fields.number("attention_dropout", rate -> rate == 0, "0.0; attention dropout is not supported", 0);
        fields.integer("pretraining_tp", 1, MAX_HEADS, 1);
    }

    private int readKeyValueHeads(int heads, FamilyDefaults defaults) {
        int absent = fields.isNull("num_key_value_heads")
                ? heads
                : defaults.keyValueHeads().orElse(heads);
        int keyValueHeads = fields.integer("num_key_value_heads", 1, MAX_HEADS, absent);
        if (fields.sound("num_attention_heads", "num_key_value_heads") && heads % keyValueHeads != 0) {
            fields.problem(
                    "num_key_value_heads",
                    Integer.toString(keyValueHeads),
                    "a divisor of num_attention_heads, which is " + heads);
        }
        return keyValueHeads;
    }

    private int readHeadDimension(int hidden, int heads, FamilyDefaults defaults) {
        if (!fields.has("head_dim")
                && !fields.isNull("head_dim")
                && defaults.headDimension().isPresent()) {
            return defaults.headDimension().getAsInt();
        }
        if (!fields.has("head_dim")) {
            if (!fields.sound("hidden_size", "num_attention_heads")) {
                return 2;
            }
            if (hidden % heads != 0) {
                fields.problem(
                        "num_attention_heads",
                        "a divisor of hidden_size, which is " + hidden + ", or a head_dim field beside it");
                return 2;
            }
            int derived = hidden / heads;
            if (derived % 2 != 0 || derived > MAX_HEAD_DIMENSION) {
                fields.problem(
                        "hidden_size",
                        "a hidden_size / num_attention_heads that is even and at most " + MAX_HEAD_DIMENSION
                                + " (rotary position embedding turns pairs); here it is " + derived);
            }
            return derived;
        }
        int headDimension = fields.integer("head_dim", 2, MAX_HEAD_DIMENSION, 2);
        if (fields.sound("head_dim") && headDimension % 2 != 0) {
            fields.problem("head_dim", "an even number (rotary position embedding turns pairs)");
        }
        return headDimension;
    }

    private Activation readActivation(ModelFamily family) {
        Activation usual = family.defaults().activation();
        boolean newField = family.features().contains("hidden_activation")
                && (fields.has("hidden_activation") || !family.features().contains("hidden_act"));
        String field = newField ? "hidden_activation" : "hidden_act";
        String name = fields.text(field, usual.names().getFirst());
        if (field.equals("hidden_act") && family.features().contains("hidden_activation") && name.equals("gelu")) {
            return Activation.GELU_TANH; // what the first Gemma files call gelu
        }
        return Activation.named(name).orElseGet(() -> {
            fields.problem(field, Activation.allNames());
            return usual;
        });
    }

    private Optional<Dtype> readDtype() {
        String field = fields.has("dtype") ? "dtype" : "torch_dtype";
        if (!fields.has(field)) {
            return Optional.empty();
        }
        if (fields.has("dtype")
                && fields.has("torch_dtype")
                && !fields.value("dtype").equals(fields.value("torch_dtype"))) {
            fields.problem("torch_dtype", "the same as dtype, or absent");
        }
        Dtype dtype = DTYPES.get(fields.value(field).asText());
        if (dtype == null) {
            fields.problem(field, "float32, bfloat16, float16, or absent");
        }
        return Optional.ofNullable(dtype);
    }

    private OptionalInt readToken(String field, int lastToken) {
        return fields.has(field) ? OptionalInt.of(fields.integer(field, 0, lastToken, 0)) : OptionalInt.empty();
    }

    /** Early Llama conversions say -1 for "there is none". */
    private OptionalInt readPad(int lastToken) {
        JsonNode pad = fields.value("pad_token_id");
        return pad != null && pad.isIntegralNumber() && pad.intValue() == -1
                ? OptionalInt.empty()
                : readToken("pad_token_id", lastToken);
    }

    private List<Integer> readEosTokens(int lastToken) {
        JsonNode eos = fields.value("eos_token_id");
        if (eos == null) {
            return List.of();
        }
        if (!eos.isArray()) {
            return List.of(fields.integer("eos_token_id", 0, lastToken, 0));
        }
        List<Integer> tokens = new ArrayList<>();
        for (JsonNode token : eos) {
            if (!token.isIntegralNumber()
                    || !token.canConvertToInt()
                    || token.intValue() < 0
                    || token.intValue() > lastToken
                    || tokens.size() == MAX_EOS_TOKENS) {
                fields.problem("eos_token_id", "up to " + MAX_EOS_TOKENS + " integers from 0 to " + lastToken);
                return List.of();
            }
            tokens.add(token.intValue());
        }
        return tokens;
    }

    private void requireNoProblems() {
        if (!fields.problems().isEmpty()) {
            throw new ModelConfigurationException(fields.problems());
        }
    }

    /** Each bound alone admits models that together with the others would not fit any machine. */
    private void requirePlausibleSize(ModelConfiguration configuration) {
        String found;
        try {
            long parameters = ModelStructure.countParameters(configuration);
            if (parameters <= MAX_PARAMETERS) {
                return;
            }
            found = "sizes that make " + parameters + " parameters in all";
        } catch (ArithmeticException overflow) {
            found = "sizes that make more than 2^63 parameters in all";
        }
        fields.problem(
                "hidden_size",
                found,
                "at most " + MAX_PARAMETERS + " parameters; check vocab_size, hidden_size, intermediate_size and "
                        + "num_hidden_layers");
        requireNoProblems();
    }
}
