package org.jccl.benchmarks.json;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The fields of one JSON object; whoever has read all it knows refuses the others. */
public final class JsonFields {
  private final JsonNode owner;
  private final Map<String, JsonNode> nodes;
  private final Set<String> known = new HashSet<>();

  JsonFields(JsonNode owner, Map<String, JsonNode> nodes) {
    this.owner = owner;
    this.nodes = nodes;
  }

  /** The object itself. */
  public JsonNode owner() {
    return owner;
  }

  /** A field that must be there. */
  public JsonNode get(String name) throws BadFileException {
    JsonNode node = find(name);
    if (node == null) {
      String path = owner.path().isEmpty() ? name : owner.path() + "." + name;
      throw new BadFileException(
          "%s, line %d: field '%s' is missing".formatted(owner.file(), owner.line(), path));
    }
    return node;
  }

  /** Whether a field is there and not null. */
  public boolean has(String name) {
    JsonNode node = find(name);
    return node != null && node.value() != null;
  }

  /** A field that may be absent. */
  public @Nullable JsonNode find(String name) {
    known.add(name);
    return nodes.get(name);
  }

  /** All that were not asked for are unknown. */
  public void refuseOthers() throws BadFileException {
    for (Map.Entry<String, JsonNode> each : nodes.entrySet()) {
      if (!known.contains(each.getKey())) {
        throw each.getValue().wrong("is unknown");
      }
    }
  }
}
