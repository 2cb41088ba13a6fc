namespace WiseFt;

/// <summary>The ways of making one model of several. In recipes their names are written small, with underscores.</summary>
/// <remarks>theta_0 is the base, theta_i a model, tau_i = theta_i - theta_0 its task vector; all by tensor.</remarks>
public enum MergeMethod
{
    /// <summary><c>linear</c>: sum of weight_i theta_i, divided by the sum of the weights unless told otherwise.
    /// Wortsman et al., Model soups (arXiv 2203.05482).</summary>
    Linear,

    /// <summary><c>uniform_soup</c>: the mean of all models. Model soups, section 2.</summary>
    UniformSoup,

    /// <summary><c>greedy_soup</c>: models join, best first, while accuracy on held-out images grows. Model soups, recipe 1.</summary>
    GreedySoup,

    /// <summary><c>learned_soup</c>: shares of the models by tensor, learned on held-out images. Model soups, appendix I.</summary>
    LearnedSoup,

    /// <summary><c>slerp</c>: along the great circle from the base's tensor to the model's. Shoemake, 1985; as mergekit does it.</summary>
    Slerp,

    /// <summary><c>nuslerp</c>: slerp of two models, or of their task vectors where there is a base. As mergekit does it.</summary>
    NuSlerp,

    /// <summary><c>task_arithmetic</c>: theta_0 + lambda * sum of weight_i tau_i. Ilharco et al. (arXiv 2212.04089).</summary>
    TaskArithmetic,

    /// <summary><c>ties</c>: trim, elect sign, merge what agrees. Yadav et al. (arXiv 2306.01708).</summary>
    Ties,

    /// <summary><c>dare_linear</c>: entries of task vectors dropped at random, the rest rescaled and added. Yu et al. (arXiv 2311.03099).
    /// </summary>
    DareLinear,

    /// <summary><c>dare_ties</c>: the same, and then the election of signs of TIES.</summary>
    DareTies,

    /// <summary><c>della</c>: drops small entries more often than large ones, then elects signs. Deep et al. (arXiv 2406.11617).</summary>
    Della,

    /// <summary><c>breadcrumbs</c>: drops the largest and the smallest entries. Davari and Belilovsky (arXiv 2312.06795).</summary>
    Breadcrumbs,

    /// <summary><c>model_stock</c>: between the base and the mean, as far as the angle of the task vectors says.
    /// Jang et al. (arXiv 2403.19522).</summary>
    ModelStock,

    /// <summary><c>lines</c>: task vectors scaled by block, less in early blocks. Wang et al., LiNeS (arXiv 2410.17146).</summary>
    Lines,

    /// <summary><c>fisher</c>: the mean weighted by each model's diagonal Fisher information.
    /// Matena and Raffel (arXiv 2111.09832).</summary>
    Fisher,

    /// <summary><c>regmean</c>: linear layers by least squares on their inputs. Jin et al. (arXiv 2212.09849).</summary>
    RegMean,

    /// <summary><c>iso_c</c>: the sum of task matrices with all singular values made equal. Marczak et al. (arXiv 2502.04959).</summary>
    IsoC,

    /// <summary><c>tsv_m</c>: the top singular vectors of each task, made orthogonal. Gargiulo et al. (arXiv 2412.00081).</summary>
    TsvM,

    /// <summary><c>wudi</c>: the task matrix that interferes least with all others. Cheng et al. (arXiv 2503.08099).</summary>
    Wudi,

    /// <summary><c>monosoup</c>: one model, whose task matrices' head and tail are weighted by their spectrum. MonoSoup (arXiv 2602.09689).
    /// </summary>
    MonoSoup,
}
