package org.jccl;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Function;
import org.jccl.BackendProvider.Availability;
import org.jccl.Backends.Choice;
import org.jccl.Backends.Considered;
import org.jspecify.annotations.Nullable;

/** The providers that were found and the rule that chooses among them; see {@link Backends}. */
final class BackendCatalog {
  /** Broken entries of the service files after which the search stops. */
  private static final int MAX_BROKEN = 16;

  private final List<BackendProvider> providers;
  private final List<Considered> broken;
  private final Function<String, @Nullable String> properties;
  private final Function<String, @Nullable String> environment;

  /**
   * A catalog of these providers.
   *
   * @param broken providers that could not even be instantiated
   * @param properties looks system properties up
   * @param environment looks environment variables up
   */
  BackendCatalog(
      List<BackendProvider> providers,
      List<Considered> broken,
      Function<String, @Nullable String> properties,
      Function<String, @Nullable String> environment) {
    this.providers =
        providers.stream()
            .sorted(
                Comparator.comparingInt(BackendProvider::preference)
                    .reversed()
                    .thenComparing(BackendProvider::name))
            .toList();
    this.broken = List.copyOf(broken);
    this.properties = properties;
    this.environment = environment;
  }

  /** What ServiceLoader finds: by the thread's class loader, else by jccl's own. */
  static BackendCatalog find(
      Function<String, @Nullable String> properties,
      Function<String, @Nullable String> environment) {
    List<BackendProvider> found = new ArrayList<>();
    List<Considered> broken = new ArrayList<>();
    collect(ServiceLoader.load(BackendProvider.class), found, broken);
    if (found.isEmpty()) {
      ClassLoader own = Backends.class.getClassLoader();
      collect(ServiceLoader.load(BackendProvider.class, own), found, broken);
    }
    return new BackendCatalog(found, broken, properties, environment);
  }

  /** A provider that cannot be loaded must not hide the others. */
  private static void collect(
      ServiceLoader<BackendProvider> loader, List<BackendProvider> found, List<Considered> broken) {
    Iterator<BackendProvider> providers = loader.iterator();
    while (broken.size() < MAX_BROKEN) {
      try {
        if (!providers.hasNext()) {
          return;
        }
        found.add(providers.next());
      } catch (ServiceConfigurationError | LinkageError failure) {
        String reason = "a provider cannot be loaded: " + failure.getMessage();
        broken.add(new Considered("?", 0, new Availability(false, reason, List.of())));
      }
    }
  }

  List<String> names() {
    return providers.stream().map(BackendProvider::name).toList();
  }

  List<Considered> considered(BackendConfig config) {
    List<Considered> all = new ArrayList<>();
    for (BackendProvider provider : providers) {
      all.add(new Considered(provider.name(), provider.preference(), look(provider, config)));
    }
    all.addAll(broken);
    return all;
  }

  Choice choose(@Nullable String name, BackendConfig config) {
    if (name != null) {
      return named(name, "asked for by name", config);
    }
    String byProperty = properties.apply(Backends.PROPERTY);
    if (byProperty != null && !byProperty.isBlank()) {
      String why = "asked for by system property " + Backends.PROPERTY;
      return named(byProperty.strip(), why, config);
    }
    String byVariable = environment.apply(Backends.VARIABLE);
    if (byVariable != null && !byVariable.isBlank()) {
      String why = "asked for by environment variable " + Backends.VARIABLE;
      return named(byVariable.strip(), why, config);
    }
    return preferred(config);
  }

  private Choice named(String name, String why, BackendConfig config) {
    for (BackendProvider provider : providers) {
      if (provider.name().equals(name)) {
        Considered looked = new Considered(name, provider.preference(), look(provider, config));
        if (!looked.availability().available()) {
          throw new BackendUnavailableException(
              "backend " + name + " (" + why + ") cannot be used here: " + describe(looked));
        }
        return new Choice(
            provider, config, why + ": " + looked.availability().reason(), List.of(looked));
      }
    }
    throw new IllegalArgumentException(
        "no backend is called '" + name + "' (" + why + "): known are " + names() + brokenNote());
  }

  private Choice preferred(BackendConfig config) {
    List<Considered> considered = considered(config);
    for (int i = 0; i < providers.size(); i++) {
      Availability availability = considered.get(i).availability();
      if (availability.available()) {
        return new Choice(providers.get(i), config, availability.reason(), considered);
      }
    }
    StringBuilder text = new StringBuilder("no backend can be used here");
    if (considered.isEmpty()) {
      text.append(": none was found; put jccl-nccl or jccl-sim on the class or module path");
    }
    for (Considered one : considered) {
      text.append("\n").append(one.name()).append(": ").append(describe(one));
    }
    throw new BackendUnavailableException(text.toString());
  }

  private String brokenNote() {
    StringBuilder note = new StringBuilder();
    for (Considered one : broken) {
      note.append("; ").append(one.availability().reason());
    }
    return note.toString();
  }

  private static String describe(Considered one) {
    StringBuilder text = new StringBuilder(one.availability().reason());
    for (String tried : one.availability().tried()) {
      text.append("\n  tried: ").append(tried);
    }
    return text.toString();
  }

  private static Availability look(BackendProvider provider, BackendConfig config) {
    try {
      return provider.availability(config);
    } catch (RuntimeException | LinkageError failure) {
      return new Availability(false, "looking at it failed: " + failure, List.of());
    }
  }
}
