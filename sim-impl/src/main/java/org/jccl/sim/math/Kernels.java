package org.jccl.sim.math;

/**
 * Chooses the element kernels of this JVM, once.
 *
 * <p>The vector kernels need {@code --add-modules jdk.incubator.vector} and native access; without
 * either the scalar ones serve, silently. The system property {@code jccl.sim.kernels} forces a
 * choice: {@code scalar}, or {@code vector} at once, without the warm-up of {@link WarmKernels}.
 */
public final class Kernels {
  /** The system property that forces {@code scalar} or {@code vector}. */
  public static final String PROPERTY = "jccl.sim.kernels";

  private static final String VECTOR_MODULE = "jdk.incubator.vector";

  private Kernels() {}

  /**
   * A choice and its reason.
   *
   * @param kernels what was chosen
   * @param reason one sentence for reports: which kernels are on, and why
   */
  public record Choice(ElementKernels kernels, String reason) {}

  /** The kernels of this JVM. */
  public static ElementKernels best() {
    return Chosen.CHOICE.kernels();
  }

  /** The kernels of this JVM and why they were chosen. */
  public static Choice choice() {
    return Chosen.CHOICE;
  }

  /**
   * What would be chosen if the system property were {@code wish}.
   *
   * @param wish {@code scalar}, {@code vector}, or the empty string for the best that works
   * @throws IllegalArgumentException if {@code wish} is none of these
   * @throws IllegalStateException if vector kernels are wished for and cannot run here
   */
  public static Choice choose(String wish) {
    String obstacle = obstacle();
    return switch (wish) {
      case "scalar" ->
          new Choice(new ScalarKernels(), "scalar kernels: forced by " + PROPERTY + "=scalar");
      case "vector" -> {
        if (!obstacle.isEmpty()) {
          throw new IllegalStateException(PROPERTY + "=vector cannot be met: " + obstacle);
        }
        yield Vectors.forced();
      }
      case "" ->
          obstacle.isEmpty()
              ? Vectors.warmedUp()
              : new Choice(new ScalarKernels(), "scalar kernels: " + obstacle);
      default ->
          throw new IllegalArgumentException(PROPERTY + "=" + wish + ", expected scalar or vector");
    };
  }

  /** Why vector kernels cannot run, with the flag that helps; empty if they can. */
  private static String obstacle() {
    if (ModuleLayer.boot().findModule(VECTOR_MODULE).isEmpty()) {
      return "module " + VECTOR_MODULE + " is absent (--add-modules " + VECTOR_MODULE + ")";
    }
    Module own = Kernels.class.getModule();
    if (!own.isNativeAccessEnabled()) {
      String name = own.isNamed() ? own.getName() : "ALL-UNNAMED";
      return "native access is not enabled (--enable-native-access=" + name + ")";
    }
    return "";
  }

  private static final class Chosen {
    static final Choice CHOICE = choose(System.getProperty(PROPERTY, ""));
  }

  /** Keeps the vector classes unloaded until they are known to work. */
  private static final class Vectors {
    static Choice forced() {
      return choice(new VectorKernels(new ScalarKernels()), "forced by " + PROPERTY + "=vector");
    }

    static Choice warmedUp() {
      ElementKernels scalar = new ScalarKernels();
      ElementKernels vector = new VectorKernels(new ScalarKernels());
      return choice(
          new WarmKernels(scalar, vector, RacingWarmUp.inBackground(scalar, vector)),
          "module " + VECTOR_MODULE + " and native access are available");
    }

    private static Choice choice(ElementKernels kernels, String why) {
      int bits = VectorKernels.width();
      return new Choice(kernels, "vector kernels (" + bits + " bits): " + why);
    }
  }
}
