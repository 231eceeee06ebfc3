package org.jccl.conformance.harness;

import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** The subjects that have names: those of all {@link SubjectProvider}s. */
public final class Subjects {
  private Subjects() {}

  /**
   * The subject of that name.
   *
   * @throws IllegalArgumentException if there is none, listing those there are
   */
  public static Subject named(String name) {
    return providers()
        .filter(provider -> provider.names().contains(name))
        .findFirst()
        .map(provider -> provider.subject(name))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no subject is called '" + name + "': use " + String.join(", ", names())));
  }

  /** The names there are. */
  public static List<String> names() {
    return providers().flatMap(provider -> provider.names().stream()).toList();
  }

  private static Stream<SubjectProvider> providers() {
    return ServiceLoader.load(SubjectProvider.class).stream().map(ServiceLoader.Provider::get);
  }
}
