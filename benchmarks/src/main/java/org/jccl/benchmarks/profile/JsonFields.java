package org.jccl.benchmarks.profile;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The fields of one JSON object; whoever has read all it knows refuses the others. */
final class JsonFields {
  private final JsonNode owner;
  private final Map<String, JsonNode> nodes;
  private final Set<String> known = new HashSet<>();

  JsonFields(JsonNode owner, Map<String, JsonNode> nodes) {
    this.owner = owner;
    this.nodes = nodes;
  }

  /** The object itself. */
  JsonNode owner() {
    return owner;
  }

  /** A field that must be there. */
  JsonNode get(String name) throws BadProfileException {
    JsonNode node = find(name);
    if (node == null) {
      String path = owner.path().isEmpty() ? name : owner.path() + "." + name;
      throw new BadProfileException(
          "%s, line %d: field '%s' is missing".formatted(owner.file(), owner.line(), path));
    }
    return node;
  }

  /** A field that may be absent. */
  @Nullable JsonNode find(String name) {
    known.add(name);
    return nodes.get(name);
  }

  /** All that were not asked for are unknown. */
  void refuseOthers() throws BadProfileException {
    for (Map.Entry<String, JsonNode> each : nodes.entrySet()) {
      if (!known.contains(each.getKey())) {
        throw each.getValue().wrong("is unknown");
      }
    }
  }
}
