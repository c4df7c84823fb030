"""The PyTorch network is kept as an attribute.

loses: onnx_stands_alone
cause: still an attribute
"""


class OnnxNetwork(nn.Module):
    def __init__(self, model, image_shape):
        super().__init__()
        modes = [(m, m.training) for m in model.modules()]
        model.eval()
        program = torch.onnx.export(
            model,
            (torch.zeros(2, *image_shape),),
            dynamo=True,
            verbose=False,
            input_names=["images"],
            output_names=["logits"],
            dynamic_shapes=({0: torch.export.Dim("batch")},),
        )
        self.model = model
        for module, mode in modes:
            module.training = mode
        self.session = InferenceSession(program.model_proto.SerializeToString())

    def forward(self, images):
        return torch.from_numpy(self.session.run(None, {"images": images.numpy()})[0])
