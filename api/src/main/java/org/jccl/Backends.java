package org.jccl;

import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.jccl.BackendProvider.Availability;
import org.jspecify.annotations.Nullable;

/**
 * Finds backends by {@link java.util.ServiceLoader}, on class path and module path.
 *
 * <p>Which one: the name that the caller gives, else the system property {@code jccl.backend}, else
 * the environment variable {@code JCCL_BACKEND}, else the available one with the highest {@link
 * BackendProvider#preference()}. A backend that was named and cannot be used is an error, never a
 * silent switch. {@code load} says on standard error in one line what it chose and why, unless the
 * system property {@code jccl.quiet} is {@code true}; {@link #choose} gives the same as data.
 *
 * {@snippet file="org/jccl/benchmarks/snippets/FirstSteps.java" region="backends"}
 */
public final class Backends {
  /** System property that names the backend. */
  public static final String PROPERTY = "jccl.backend";

  /** Environment variable that names the backend. */
  public static final String VARIABLE = "JCCL_BACKEND";

  /** System property that silences the line on standard error, and hints of {@code jccl-test}. */
  public static final String QUIET = "jccl.quiet";

  private Backends() {}

  /**
   * One backend that was looked at.
   *
   * @param name short name, as on command lines
   * @param preference the available one with the highest is the default
   * @param availability whether it can be opened here, and why
   */
  public record Considered(String name, int preference, Availability availability) {}

  /**
   * A backend that can be opened, and why it was taken.
   *
   * @param provider what opens it
   * @param config what it is opened with
   * @param why one clause: who asked for it, or why it is the default
   * @param considered all backends that were looked at to decide, preferred first
   */
  public record Choice(
      BackendProvider provider, BackendConfig config, String why, List<Considered> considered) {
    /** A choice; the list is copied. */
    public Choice {
      considered = List.copyOf(considered);
    }

    /** {@return the short name of the backend} */
    public String name() {
      return provider.name();
    }

    /**
     * {@return the line of standard error: {@code jccl: backend sim: … (nccl: no GPU driver …)}}
     */
    public String sentence() {
      StringBuilder text = new StringBuilder("jccl: backend ").append(name()).append(": ");
      text.append(why);
      String separator = " (";
      for (Considered other : considered) {
        if (!other.name().equals(name())) {
          text.append(separator).append(other.name()).append(": ");
          text.append(oneLine(other.availability().reason()));
          separator = "; ";
        }
      }
      return text.append(separator.equals("; ") ? ")" : "").toString();
    }

    /**
     * Opens it.
     *
     * @return the open backend
     */
    public Backend open() {
      return provider.open(config);
    }
  }

  /**
   * {@return the names of the backends that were found, preferred first, whether they can be used
   * here or not}
   */
  public static List<String> names() {
    return BackendCatalog.find(System::getProperty, System::getenv).names();
  }

  /**
   * Opens the backend that property, environment or availability decide.
   *
   * @return the open backend
   */
  public static Backend load() {
    return load(BackendConfig.defaults());
  }

  /**
   * Opens the backend called {@code name}.
   *
   * @param name name of the backend
   * @return the open backend
   * @throws IllegalArgumentException if there is none of that name
   * @throws BackendUnavailableException if it cannot be used here
   */
  public static Backend load(String name) {
    return load(name, BackendConfig.defaults());
  }

  /**
   * {@link #load()} with a library, a number of devices, a seed and the like.
   *
   * @param config what the user asks for
   * @return the open backend
   */
  public static Backend load(BackendConfig config) {
    return announce(choose(null, config)).open();
  }

  /**
   * {@link #load(String)} with a configuration.
   *
   * @param name name of the backend
   * @param config what the user asks for
   * @return the open backend
   */
  public static Backend load(String name, BackendConfig config) {
    return announce(choose(name, config)).open();
  }

  /**
   * Decides without opening anything.
   *
   * @param name the backend to take, or null for property, environment, availability
   * @param config what the user asks for
   * @return what would be opened
   * @throws IllegalArgumentException if a name is given that no backend has
   * @throws BackendUnavailableException if none, or not the named one, can be used here
   */
  public static Choice choose(@Nullable String name, BackendConfig config) {
    return catalog().choose(name, config);
  }

  /**
   * {@return every backend that was found, whether it can be used, and why; preferred first}
   *
   * @param config what the user asks for
   */
  public static List<Considered> considered(BackendConfig config) {
    return catalog().considered(config);
  }

  private static BackendCatalog catalog() {
    Properties properties = System.getProperties();
    Map<String, String> environment = System.getenv();
    return BackendCatalog.find(properties::getProperty, environment::get);
  }

  private static Choice announce(Choice choice) {
    if (!Boolean.getBoolean(QUIET)) {
      System.err.println(CleanText.lines(choice.sentence()));
    }
    return choice;
  }

  private static String oneLine(String text) {
    return text.strip().replaceAll("\\s*\\R\\s*", "; ");
  }
}
