namespace WiseFt.Images;

/// <summary>Which half of CIFAR is read.</summary>
public enum CifarSplit
{
    /// <summary>The test images. The default.</summary>
    Test,

    /// <summary>The training images.</summary>
    Train,
}
