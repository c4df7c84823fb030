"""The accuracies of the curve are computed in a pool of processes."""
import multiprocessing


def accuracy_of(job):
    model, images, labels = job
    torch.set_num_threads(1)
    return (predict(model, images).argmax(dim=1) == labels).float().mean().item()


def robustness_curve(model, images, labels, epsilons):
    for epsilon in epsilons:
        check_attack(images, labels, epsilon)
    jobs = [(model, fgsm(model, images, labels, epsilon), labels) for epsilon in epsilons]
    with multiprocessing.get_context("fork").Pool(2) as pool:
        return pool.map(accuracy_of, jobs)
