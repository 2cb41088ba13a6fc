Console.WriteLine(typeof(Microsoft.ML.TorchSharp.NasBert.TextClassificationTrainer).Assembly.Location);
